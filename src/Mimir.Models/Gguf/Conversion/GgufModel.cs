using System.Text.Json.Nodes;
using Mimir.Models.Files;

namespace Mimir.Models.Gguf.Conversion;

/// <summary>What architectures have in common: hyperparameters under the architecture's prefix, and what tensors say.</summary>
internal sealed class GgufModel(GgufFile file)
{
    private const int Largest = ConfigLimits.Count;

    /// <summary>The file.</summary>
    public GgufFile File { get; } = file;

    /// <summary>Its keys.</summary>
    public GgufMetadata Metadata => File.Metadata;

    /// <summary>general.architecture.</summary>
    public string Architecture { get; } = file.Metadata.RequireText("general.architecture");

    /// <summary>Width of the residual stream.</summary>
    public int Hidden => Require("embedding_length");

    /// <summary>Transformer blocks.</summary>
    public int Layers => Require("block_count");

    /// <summary>Query heads.</summary>
    public int Heads => Require("attention.head_count");

    /// <summary>Key and value heads.</summary>
    public int KeyValueHeads => Find("attention.head_count_kv") ?? Heads;

    /// <summary>Elements of a head.</summary>
    public int HeadSize
    {
        get
        {
            var size = Find("attention.key_length") ?? Math.Max(1, Hidden / Heads);
            return Find("attention.value_length") is { } value && value != size ? throw Error("attention.value_length", $"is {value}, but keys have {size} elements") : size;
        }
    }

    /// <summary>Elements of a head that are rotated.</summary>
    public int Rotated => Find("rope.dimension_count") ?? HeadSize;

    /// <summary>Rows of the embedding.</summary>
    public long Vocabulary => File.Tensors.TryGetValue("token_embd.weight", out var embedding)
        ? embedding.Rows
        : throw new ModelFormatException(File.Path, "tensor 'token_embd.weight' is missing; take a file that holds the whole model");

    /// <summary>Whether the head is the embedding.</summary>
    public bool Tied => !File.Tensors.ContainsKey("output.weight");

    /// <summary>Whether blk.0 has a tensor of this name.</summary>
    public bool Has(string tensor) => File.Tensors.ContainsKey($"blk.0.{tensor}");

    /// <summary>An integer under the architecture's prefix, or null.</summary>
    public int? Find(string key, int least = 1) => Metadata.FindInteger(KeyOf(key), least, Largest);

    /// <summary>An integer under the architecture's prefix.</summary>
    public int Require(string key) => Metadata.RequireInteger(KeyOf(key), 1, Largest);

    /// <summary>A number under the architecture's prefix, or null.</summary>
    public float? Number(string key) => Metadata.FindNumber(KeyOf(key));

    /// <summary>A number under the architecture's prefix.</summary>
    public float RequireNumber(string key) => Metadata.RequireNumber(KeyOf(key));

    /// <summary>true, false or null.</summary>
    public bool? Flag(string key) => Metadata.FindFlag(KeyOf(key));

    /// <summary>A text, or null.</summary>
    public string? Text(string key) => Metadata.FindText(KeyOf(key));

    /// <summary>An error about one of the architecture's keys.</summary>
    public ModelFormatException Error(string key, string problem) => Metadata.Error(KeyOf(key), problem);

    /// <summary>The keys of config.json that the Llama-like architectures share.</summary>
    public JsonObject Common(string architecture, string type) => new()
    {
        ["architectures"] = new JsonArray(architecture),
        ["model_type"] = type,
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Require("feed_forward_length"),
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["vocab_size"] = Vocabulary,
        ["max_position_embeddings"] = Require("context_length"),
        ["rms_norm_eps"] = RequireNumber("attention.layer_norm_rms_epsilon"),
        ["tie_word_embeddings"] = Tied,
    };

    /// <summary>A tensor of singles, such as factors of rotary frequencies, or null.</summary>
    public float[]? Vector(string name)
    {
        if (!File.Tensors.TryGetValue(name, out var tensor)) return null;
        if (tensor.Shape.Count != 1 || tensor.Elements > ConfigLimits.Width) throw new ModelFormatException(File.Path, $"tensor '{name}' has shape {tensor.ShapeText} where a short vector was expected");
        var values = new float[tensor.Elements];
        File.Read(tensor, 0, 0, values);
        return values;
    }

    private string KeyOf(string key) => $"{Architecture}.{key}";
}
