using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mimir.Client;
using Mimir.Client.Clusters;
using Mimir.Gateway.Hosting;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Gateway.Clusters;

/// <summary>GET /mimir/v1/cluster, /healthz and /readyz.</summary>
internal static class ClusterEndpoints
{
    /// <summary>A prompt to show what a session reveals.</summary>
    private const int SamplePrompt = 24;

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayState gateway)
    {
        routes.MapGet("/mimir/v1/cluster", (RequestDelegate)(async context =>
            await JsonResponse.WriteAsync(context, await ReportAsync(gateway, context.RequestAborted), GatewayJson.Default.ClusterReportBody)));
        routes.MapGet("/healthz", (RequestDelegate)(context => JsonResponse.WriteAsync(context, new HealthReport("alive"), GatewayJson.Default.HealthReport)));
        routes.MapGet("/readyz", (RequestDelegate)(async context =>
        {
            var report = await ReportAsync(gateway, context.RequestAborted);
            var ready = report.Coordinator.Connected && report.TapeStock.Ready && report.Models.All(m => m.Ready);
            context.Response.StatusCode = ready ? 200 : 503;
            // Whoever has no key is told whether, and not who.
            var shown = gateway.Guard.Knows(context) ? new ReadyReport(ready, report.Coordinator, All(report), report.TapeStock, report.Models) : new ReadyReport(ready, null, null, null, null);
            await JsonResponse.WriteAsync(context, shown, GatewayJson.Default.ReadyReport);
        }));
    }

    private static IReadOnlyList<PartyReport> All(ClusterReportBody report) => report.TripleService is { } service ? [.. report.Parties, service] : report.Parties;

    private static async Task<ClusterReportBody> ReportAsync(GatewayState gateway, CancellationToken cancellation)
    {
        var settings = gateway.Settings;
        var address = $"{settings.CoordinatorHost}:{settings.CoordinatorPort}";
        var (cluster, coordinator) = (new ClusterDescription([], []), new CoordinatorReport(address, true, null));
        try
        {
            cluster = await gateway.Cluster.CurrentAsync(cancellation);
        }
        catch (Exception error) when (error is PeerLostException or UntrustedPeerException)
        {
            coordinator = new CoordinatorReport(address, false, error.Message);
        }
        var models = gateway.Cluster.StatusOfAll(cluster);
        var first = models[0].Status;
        var demanded = settings.Tls.Anchors.Attestation is not null;
        var members = models.SelectMany(m => m.Status.Held?.Members ?? []).Concat(cluster.Workers.Select(w => (w.Role, w.Name))).Distinct()
            .Select(m => Describe(m.Role, m.Name, cluster.Find(m.Role, m.Name), demanded)).ToArray();
        var dealer = members.FirstOrDefault(m => m.Role == Role.TripleService.ToName());
        return new ClusterReportBody(
            coordinator, [.. members.Where(m => m.Role == Role.Party.ToName())], dealer,
            new TapeReport(settings.Generation.BlockSteps, dealer is { Connected: true, Attestation.Verdict: not "refused" }),
            settings.Tls.Identity.Name, models[0].Model.Name, [.. models.Select(m => new ModelReport(m.Model.Name, coordinator.Connected && m.Status.Problem is null, m.Status.Problem, ContextOf(m.Model, settings)))],
            first.Held is null ? null : first.Held.Active ? "active" : "passive", first.Options is null ? null : first.Options.Weights.Public ? "public" : "secret",
            demanded, LeakageOf(gateway, models[0].Model, first));
    }

    private static int ContextOf(OfferedModel model, GatewaySettings settings) => settings.Generation.MaxContext is > 0 and var most
        ? Math.Min(most, model.Owner.Model.Config.MaxPositions)
        : model.Owner.Model.Config.MaxPositions;

    private static PartyReport Describe(Role role, string name, ClusterWorker? worker, bool demanded) => new(name, role.ToName(), worker is not null, worker switch
    {
        null => new("absent", $"{role.ToName()} '{name}' is not connected"),
        { Refusal: { } refusal } => new("refused", refusal),
        { Evidence: { } evidence } => new("verified", $"{evidence.Verdict.Kind} evidence, measurement {Convert.ToHexStringLower(worker.Measurement.Span)}"),
        _ when demanded => new("refused", "it shows no evidence"),
        _ => new("not_demanded", "its certificate is the group's; nothing proves which program it runs (attestation.policy is not set)"),
    });

    /// <summary>Of a sample prompt: the lengths differ from session to session, the kinds of facts do not.</summary>
    private static IReadOnlyList<string> LeakageOf(GatewayState gateway, OfferedModel model, ModelStatus status)
    {
        if (status.Options is not { } options) return [];
        var (layout, name) = (model.Owner.Model.LayoutOf(options.Weights), gateway.Settings.Tls.Identity.Name);
        var prompt = Math.Clamp(layout.MaxPositions / 2, 1, SamplePrompt);
        var plan = PromptPlanner.Plan(layout, [(name, prompt)], [name], options with { MaxTokens = Math.Clamp(layout.MaxPositions / 4, 1, gateway.Settings.DefaultMaxTokens) });
        return [.. Leakage.Of(plan, options.StopBucket, options.Weights), Leakage.OfEvidence(gateway.Settings.Tls.Anchors.Attestation is not null)];
    }
}
