using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Hosting;

namespace Mimir.Gateway.Sessions;

/// <summary>GET /mimir/v1/sessions; GET and DELETE /mimir/v1/sessions/{id}.</summary>
internal static class SessionEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayState gateway)
    {
        routes.MapGet("/mimir/v1/sessions", (RequestDelegate)(context =>
            JsonResponse.WriteAsync(context, new SessionList([.. gateway.Sessions.All.Select(Describe)]), GatewayJson.Default.SessionList)));
        routes.MapGet("/mimir/v1/sessions/{id}", (RequestDelegate)(context => JsonResponse.WriteAsync(context, Describe(Find(context, gateway)), GatewayJson.Default.SessionDescription)));
        routes.MapDelete("/mimir/v1/sessions/{id}", (RequestDelegate)(context =>
        {
            var session = Find(context, gateway);
            session.Stop();
            return JsonResponse.WriteAsync(context, Describe(session), GatewayJson.Default.SessionDescription);
        }));
    }

    private static TrackedSession Find(HttpContext context, GatewayState gateway) => gateway.Sessions.Find((string)context.Request.RouteValues["id"]!)
        ?? throw ApiException.NotFound("id: this gateway has no session of that number", "id", "session_not_found");

    private static SessionDescription Describe(TrackedSession session) => new(
        session.Id!, session.Model, session.Kind.ToString().ToLowerInvariant(), session.State.ToString().ToLowerInvariant(), session.Started.ToUnixTimeSeconds(), session.Tokens,
        session.Positions.Done, session.Positions.Total);
}

/// <summary>All sessions.</summary>
internal sealed record SessionList(IReadOnlyList<SessionDescription> Sessions);

/// <summary>One of them.</summary>
internal sealed record SessionDescription(string Id, string Model, string Kind, string State, long Started, int Tokens, int PromptDone, int PromptTotal);
