using Mimir.Models.Folding;
using Mimir.Models.Transformers;

namespace Mimir.Models.Files;

/// <summary>One architecture that Mimir runs: how its config.json is read and where its weights are.</summary>
/// <param name="Class">Name under "architectures".</param>
/// <param name="ModelType">Name under "model_type".</param>
/// <param name="Family">Its family.</param>
/// <param name="Parse">Reads config.json.</param>
/// <param name="Recipes">One recipe per matrix of a layout, by id.</param>
internal sealed record Architecture(
    string Class, string ModelType, ModelFamily Family, Func<JsonFields, ModelConfig> Parse,
    Func<ModelConfig, ModelLayout, WeightFiles, MatrixRecipe[]> Recipes)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        new("LlamaForCausalLM", "llama", ModelFamily.Llama, LlamaConfig.Parse, LlamaRecipes.Build),
        new("MistralForCausalLM", "mistral", ModelFamily.Mistral, MistralConfig.Parse, LlamaRecipes.Build),
        new("Qwen2ForCausalLM", "qwen2", ModelFamily.Qwen2, QwenConfig.Parse2, LlamaRecipes.Build),
        new("Qwen3ForCausalLM", "qwen3", ModelFamily.Qwen3, QwenConfig.Parse3, LlamaRecipes.Build),
        new("Gemma2ForCausalLM", "gemma2", ModelFamily.Gemma2, Gemma2Config.Parse, GemmaRecipes.Build),
        new("Gemma3ForCausalLM", "gemma3_text", ModelFamily.Gemma3, Gemma3Config.Parse, GemmaRecipes.Build),
        new("Phi3ForCausalLM", "phi3", ModelFamily.Phi3, Phi3Config.Parse, Phi3Recipes.Build),
        new("GPTNeoXForCausalLM", "gpt_neox", ModelFamily.GptNeoX, GptNeoXConfig.Parse, GptNeoXRecipes.Build),
        new("SmolLM3ForCausalLM", "smollm3", ModelFamily.SmolLm3, SmolLm3Config.Parse, LlamaRecipes.Build),
        new("GPT2LMHeadModel", "gpt2", ModelFamily.Gpt2, Gpt2Config.Parse, Gpt2Recipes.Build),
    ];

    /// <summary>The architecture of <paramref name="family"/>.</summary>
    public static Architecture Of(ModelFamily family) => All.First(a => a.Family == family);

    /// <summary>The architecture that <paramref name="json"/> names.</summary>
    /// <exception cref="ModelFormatException">None, or one that Mimir does not run.</exception>
    public static Architecture Find(JsonFields json)
    {
        var name = json.Array("architectures").Select(a => json.TextOf(a, "architectures")).FirstOrDefault();
        var type = json.Text("model_type");
        if (All.FirstOrDefault(a => name is null ? a.ModelType == type : a.Class == name || a.ModelType == name) is { } found) return found;
        var supported = $"one of {string.Join(", ", All.Select(a => a.Class))}";
        if (name is null && type is null) throw json.Error($"key 'architectures' is missing; Mimir needs {supported}");
        var key = name is null ? "model_type" : "architectures";
        throw json.Error(key, json.Require(key), supported);
    }
}
