using Mimir.Client.Sampling;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.OpenAi;

/// <summary>What chat completions and completions have in common: how to generate and how to answer.</summary>
/// <param name="Model">As the request names it.</param>
/// <param name="Sampling">How tokens are chosen, how many, and where the answer ends.</param>
/// <param name="Stream">The answer comes piece by piece.</param>
/// <param name="IncludeUsage">The stream's last piece tells the tokens used.</param>
internal sealed record GenerationRequest(string Model, SamplingRequest Sampling, bool Stream, bool IncludeUsage)
{
    private const long MostTokens = 1 << 20;

    /// <summary>Reads the fields; those of the prompt are the caller's.</summary>
    /// <exception cref="ApiException">One is missing, of another type, out of range, or cannot be honoured.</exception>
    public static GenerationRequest Read(RequestFields fields, bool chat)
    {
        FieldPolicy.Check(fields, chat);
        var model = fields.RequiredText("model");
        var stream = fields.Flag("stream") ?? false;
        return new(model, SamplingFields.Read(fields, chat, MaxTokens(fields, chat)), stream, Usage(fields, stream));
    }

    private static int? MaxTokens(RequestFields fields, bool chat)
    {
        var older = fields.Whole("max_tokens", 1, MostTokens);
        var newer = chat ? fields.Whole("max_completion_tokens", 1, MostTokens) : null;
        return older is null || newer is null || older == newer
            ? (int?)(newer ?? older)
            : throw ApiException.Field("max_tokens", "max_tokens: max_completion_tokens says something else; give one of them");
    }

    private static bool Usage(RequestFields fields, bool stream)
    {
        if (fields.Object("stream_options") is not { } options) return false;
        if (!stream) throw ApiException.Field("stream_options", "stream_options: only with stream: true");
        foreach (var name in options.Names)
            if (name is not ("include_usage" or "include_obfuscation")) throw ApiException.Field(options.PathOf(name), $"{options.PathOf(name)}: the field is not supported", "unknown_parameter");
        // OpenAI's pads its pieces to hide their lengths from the network; here the network is this machine's own, or TLS to it.
        if (options.Flag("include_obfuscation") == true)
            throw ApiException.Field(options.PathOf("include_obfuscation"), $"{options.PathOf("include_obfuscation")}: not supported", "unsupported_parameter");
        return options.Flag("include_usage") ?? false;
    }
}
