namespace Mimir.Models.Gguf.Conversion;

/// <summary>The architectures that can be imported, by general.architecture.</summary>
internal static class GgufArchitectures
{
    private static readonly Dictionary<string, GgufArchitecture> Known = new(StringComparer.Ordinal)
    {
        ["llama"] = new LlamaArchitecture("LlamaForCausalLM", "llama"),
        ["smollm3"] = new LlamaArchitecture("SmolLM3ForCausalLM", "smollm3"),
        ["qwen2"] = new QwenArchitecture("Qwen2ForCausalLM", "qwen2"),
        ["qwen3"] = new QwenArchitecture("Qwen3ForCausalLM", "qwen3"),
        ["gemma2"] = new Gemma2Architecture(),
        ["gemma3"] = new Gemma3Architecture(),
        ["phi3"] = new Phi3Architecture(),
        ["gpt2"] = new Gpt2Architecture(),
        ["gptneox"] = new NeoXArchitecture(),
    };

    /// <summary>The architecture of <paramref name="model"/>.</summary>
    /// <exception cref="ModelFormatException">None that Mimir imports, or a variant that it does not run.</exception>
    public static GgufArchitecture Of(GgufModel model)
    {
        if (!Known.TryGetValue(model.Architecture, out var architecture))
            throw model.Metadata.Error("general.architecture", $"is '{model.Architecture}', but Mimir imports {string.Join(", ", Known.Keys)}");
        if (model.Find("expert_count", 0) is > 0) throw model.Error("expert_count", "is not 0: Mimir runs no mixtures of experts");
        if (model.File.Metadata.FindText("general.type") is { } type && type != "model") throw model.Metadata.Error("general.type", $"is '{type}'; Mimir imports whole models");
        return architecture;
    }
}
