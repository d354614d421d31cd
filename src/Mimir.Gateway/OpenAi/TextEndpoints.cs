using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>POST /v1/chat/completions, /v1/completions and /v1/embeddings.</summary>
internal static class TextEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayState gateway)
    {
        routes.MapPost("/v1/chat/completions", (RequestDelegate)(context => ChatAsync(context, gateway)));
        routes.MapPost("/v1/completions", (RequestDelegate)(context => CompletionAsync(context, gateway)));
        routes.MapPost("/v1/embeddings", (RequestDelegate)(context => EmbeddingsAsync(context, gateway)));
    }

    private static async Task ChatAsync(HttpContext context, GatewayState gateway)
    {
        var fields = await RequestBody.ReadAsync(context, gateway.Settings.MaxBody);
        var request = GenerationRequest.Read(fields, chat: true);
        var conversation = Conversation.Read(fields);
        var model = gateway.Models.Require(request.Model);
        var prompt = model.Prompt(conversation);
        // The answer's own end comes first; what the client asks for as well is added to it.
        if (prompt.Stop.Count > 0) request = request with { Sampling = request.Sampling with { Stop = [.. request.Sampling.Stop, .. prompt.Stop] } };
        await new Answering(gateway, context, new TextJob(model, prompt.Tokens, request, "messages"), new ChatShape(model.Owner.Model.Tokenizer)).AnswerAsync();
    }

    private static async Task CompletionAsync(HttpContext context, GatewayState gateway)
    {
        var fields = await RequestBody.ReadAsync(context, gateway.Settings.MaxBody);
        var request = GenerationRequest.Read(fields, chat: false);
        var model = gateway.Models.Require(request.Model);
        await new Answering(gateway, context, new TextJob(model, PromptFields.Read(fields, model.Owner.Model), request, "prompt"), new CompletionShape(model.Owner.Model.Tokenizer)).AnswerAsync();
    }

    /// <summary>A session opens chosen tokens, and with public weights logits; hidden states are never opened to anybody, so there is nothing to embed with.</summary>
    private static async Task EmbeddingsAsync(HttpContext context, GatewayState gateway)
    {
        var fields = await RequestBody.ReadAsync(context, gateway.Settings.MaxBody);
        var model = gateway.Models.Require(fields.RequiredText("model"));
        throw new ApiException(
            501, "invalid_request_error",
            $"model: '{model.Name}' gives no embeddings: a secure session opens the tokens that it grants and never the model's hidden states", "model", "embeddings_not_supported") { MayRetry = false };
    }
}
