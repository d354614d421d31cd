using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mimir.Gateway.Errors;
using Mimir.Gateway.OpenAi;
using Mimir.Gateway.Sessions;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Gateway.Watching;

/// <summary>
/// GET /mimir/v1/sessions/{id}/watch: what every role of a session has seen and done so far, as server-sent events twice a second, the last one when the session is
/// over. Public figures only, as the roles report them through the coordinator; no text and no share is among them.
/// </summary>
internal static class WatchEndpoints
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayState gateway) =>
        routes.MapGet("/mimir/v1/sessions/{id}/watch", (RequestDelegate)(context => WatchAsync(context, gateway)));

    private static async Task WatchAsync(HttpContext context, GatewayState gateway)
    {
        var session = gateway.Sessions.Find((string)context.Request.RouteValues["id"]!)
            ?? throw ApiException.NotFound("id: this gateway has no session of that number", "id", "session_not_found");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, gateway.Stopping);
        using var timer = new PeriodicTimer(Period, gateway.Settings.Tls.Clock);
        var stream = new EventStream(context);
        try
        {
            do
            {
                // Asked before the figures are: those of a session that is over are its last.
                var over = session.State is SessionState.Finished or SessionState.Stopped or SessionState.Failed;
                await stream.WriteAsync(await ReportAsync(gateway, session, over, stop.Token), WatchJson.Default.WatchReport);
                if (over) return;
            }
            while (await timer.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && stream.HasStarted)
        {
            // The gateway stops; so does the stream.
        }
        catch (Exception error) when (stream.HasStarted && error is PeerLostException or UntrustedPeerException or ArgumentException)
        {
            await stream.WriteAsync(ErrorShape.Of(error).Body, GatewayJson.Default.ErrorBody);
        }
    }

    private static async Task<WatchReport> ReportAsync(GatewayState gateway, TrackedSession session, bool over, CancellationToken cancellation)
    {
        var client = gateway.Models.Require(session.Model).Owner.Client;
        var metrics = await client.MetricsAsync(session.Number!.Value, cancellation);
        var cluster = await gateway.Cluster.CurrentAsync(cancellation);
        var demanded = gateway.Settings.Tls.Anchors.Attestation is not null;
        return new WatchReport(session.Id!, session.State.ToString().ToLowerInvariant(), over, [.. metrics.Select(m => WatchedRole.Of(m, cluster, demanded)).OfType<WatchedRole>()]);
    }
}
