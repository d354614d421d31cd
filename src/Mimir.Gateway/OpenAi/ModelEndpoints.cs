using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mimir.Gateway.Hosting;

namespace Mimir.Gateway.OpenAi;

/// <summary>GET /v1/models and /v1/models/{model}.</summary>
internal static class ModelEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayState gateway)
    {
        routes.MapGet("/v1/models", (RequestDelegate)(context =>
            JsonResponse.WriteAsync(context, new ModelList("list", [.. gateway.Models.All.Select(Describe)]), GatewayJson.Default.ModelList)));
        routes.MapGet("/v1/models/{model}", (RequestDelegate)(context =>
            JsonResponse.WriteAsync(context, Describe(gateway.Models.Require((string)context.Request.RouteValues["model"]!)), GatewayJson.Default.ModelDescription)));
    }

    private static ModelDescription Describe(OfferedModel model) => new(model.Name, "model", model.Created.ToUnixTimeSeconds(), "mimir");
}

/// <summary>OpenAI's list.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelDescription> Data);

/// <summary>OpenAI's model.</summary>
internal sealed record ModelDescription(string Id, string Object, long Created, string OwnedBy);
