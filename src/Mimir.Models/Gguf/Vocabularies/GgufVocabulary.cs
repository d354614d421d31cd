using Mimir.Models.Tokenizers;

namespace Mimir.Models.Gguf.Vocabularies;

/// <summary>What kind of token an entry of tokenizer.ggml.tokens is.</summary>
internal enum GgufTokenKind
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what has no token.</summary>
    Unknown = 2,

    /// <summary>Begins, ends, separates; left out of decoded text.</summary>
    Control = 3,

    /// <summary>Text that is found before anything is merged.</summary>
    UserDefined = 4,

    /// <summary>A place without a token.</summary>
    Unused = 5,

    /// <summary>A single byte, "&lt;0x0A&gt;".</summary>
    Byte = 6,
}

/// <summary>The tokenizer.ggml keys of a GGUF file, checked against each other.</summary>
/// <remarks>Source: ggml, docs/gguf.md, "Tokenizer"; llama.cpp, src/llama-vocab.cpp, for what a missing key means.</remarks>
internal sealed class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";
    private const int LongestToken = 1024;
    private readonly GgufMetadata _metadata;

    /// <exception cref="ModelFormatException">A key is missing or does not fit the others.</exception>
    public GgufVocabulary(GgufMetadata metadata)
    {
        _metadata = metadata;
        Model = metadata.RequireText(Prefix + "model");
        Tokens = metadata.FindTexts(Prefix + "tokens") ?? throw metadata.Missing(Prefix + "tokens");
        if (Tokens.Count is 0 or > TokenTable.MaxCount) throw Error("tokens", $"has {Tokens.Count} tokens");
        Kinds = KindsOf();
        var seen = new HashSet<string>(Tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < Tokens.Count; id++)
        {
            if (Kinds[id] == GgufTokenKind.Unused) continue;
            if (Tokens[id].Length is 0 or > LongestToken) throw Error("tokens", $"has a token {id} of {Tokens[id].Length} characters");
            if (!seen.Add(Tokens[id])) throw Error("tokens", $"has the token '{Printable.OneLine(Tokens[id], 40)}' twice");
        }
    }

    /// <summary>"llama" (SentencePiece) or "gpt2" (byte-level).</summary>
    public string Model { get; }

    /// <summary>How text is cut before it is merged: "llama-bpe", "qwen2"; null when the file does not say.</summary>
    public string? Pre => _metadata.FindText(Prefix + "pre");

    /// <summary>Texts by id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Kinds by id.</summary>
    public IReadOnlyList<GgufTokenKind> Kinds { get; }

    /// <summary>Scores by id: the higher, the earlier merged.</summary>
    public IReadOnlyList<float> Scores => _metadata.FindNumbers(Prefix + "scores") is { } scores
        ? scores.Count == Tokens.Count && scores.All(float.IsFinite) ? scores : throw Error("scores", $"does not hold a finite number for each of {Tokens.Count} tokens")
        : throw _metadata.Missing(Prefix + "scores");

    /// <summary>Merges, first first.</summary>
    public IReadOnlyList<string> Merges => _metadata.FindTexts(Prefix + "merges") ?? throw _metadata.Missing(Prefix + "merges");

    /// <summary>The first token of a text, or null.</summary>
    public int? BosId => Id("bos_token_id");

    /// <summary>The last token, or null.</summary>
    public int? EosId => Id("eos_token_id");

    /// <summary>The token that ends a turn, or null.</summary>
    public int? EotId => Id("eot_token_id");

    /// <summary>The token for what has none, or null.</summary>
    public int? UnknownId => Id("unknown_token_id");

    /// <summary>The token that fills up, or null.</summary>
    public int? PaddingId => Id("padding_token_id");

    /// <summary>Whether texts begin with <see cref="BosId"/>, or null.</summary>
    public bool? AddsBos => _metadata.FindFlag(Prefix + "add_bos_token");

    /// <summary>Whether texts end with <see cref="EosId"/>, or null.</summary>
    public bool? AddsEos => _metadata.FindFlag(Prefix + "add_eos_token");

    /// <summary>Whether SentencePiece writes a space before a text, or null.</summary>
    public bool? AddsSpace => _metadata.FindFlag(Prefix + "add_space_prefix");

    /// <summary>The chat template, or null.</summary>
    public string? ChatTemplate => _metadata.FindText("tokenizer.chat_template");

    /// <summary>The text of a token, or null.</summary>
    public string? TextOf(int? id) => id is { } known ? Tokens[known] : null;

    /// <summary>An error about one of the keys.</summary>
    public ModelFormatException Error(string key, string problem) => _metadata.Error(Prefix + key, problem);

    private int? Id(string key) => _metadata.FindInteger(Prefix + key, 0, Tokens.Count - 1);

    private GgufTokenKind[] KindsOf()
    {
        var kinds = new GgufTokenKind[Tokens.Count];
        Array.Fill(kinds, GgufTokenKind.Normal);
        if (_metadata.FindIntegers(Prefix + "token_type") is not { } types) return kinds;
        if (types.Count != Tokens.Count) throw Error("token_type", $"has {types.Count} entries for {Tokens.Count} tokens");
        for (var id = 0; id < kinds.Length; id++)
            kinds[id] = types[id] is >= 1 and <= 6 ? (GgufTokenKind)types[id] : throw Error("token_type", $"says that token {id} is of type {types[id]}");
        return kinds;
    }
}
