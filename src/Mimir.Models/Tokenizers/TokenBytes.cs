using System.Globalization;
using System.Text;
using Mimir.Models.Files;
using Mimir.Models.Tokenizers.Normalization;
using Mimir.Models.Tokenizers.Splitting;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// The "decoder" of a tokenizer.json, as a function from one token to its bytes, so that text can be decoded as tokens come: ByteLevel,
/// Replace, ByteFallback, Fuse, Strip and Metaspace, in an order that allows it.
/// </summary>
internal sealed class TokenBytes
{
    private readonly List<Func<string, string>> _steps = [];
    private bool _byteLevel, _byteFallback, _fused;

    /// <exception cref="ModelFormatException">A kind or an order that Mimir does not reproduce exactly; names it.</exception>
    public TokenBytes(JsonFields json)
    {
        foreach (var step in JsonStep.Flatten(json, "decoders")) Add(step);
    }

    /// <summary>SentencePiece's own convention, for tokenizer.model.</summary>
    /// <param name="stripsFirstSpace">The encoder writes a space before every text.</param>
    public TokenBytes(bool stripsFirstSpace)
    {
        _steps.Add(token => token.Replace('\u2581', ' '));
        (_byteFallback, StripsFirstSpace) = (true, stripsFirstSpace);
    }

    /// <summary>The first space of a decoded text was written by the encoder.</summary>
    public bool StripsFirstSpace { get; private set; }

    /// <summary>The bytes that <paramref name="token"/> stands for.</summary>
    public byte[] Of(string token)
    {
        foreach (var step in _steps) token = step(token);
        if (_byteLevel && ByteAlphabet.TryDecode(token) is { } bytes) return bytes;
        if (_byteFallback && token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, null, out var single)) return [single];
        return Encoding.UTF8.GetBytes(token);
    }

    private void Add(JsonFields json)
    {
        switch (json.Text("type"))
        {
            case "ByteLevel":
                Single(json);
                _byteLevel = true;
                return;
            case "ByteFallback":
                Single(json);
                _byteFallback = true;
                return;
            case "Fuse":
                _fused = true;
                return;
            case "Replace":
                Single(json);
                _steps.Add(new TextReplacement(json).Apply);
                return;
            case "Strip":
                AddStrip(json);
                return;
            case "Metaspace":
                Single(json);
                var metaspace = Metaspace.Read(json);
                _steps.Add(token => token.Replace(metaspace.Replacement, " ", StringComparison.Ordinal));
                StripsFirstSpace |= metaspace.Prepend != "never";
                return;
            default:
                throw json.Error("type", json.Require("type"), "a decoder of type Sequence, ByteLevel, Replace, ByteFallback, Fuse, Strip or Metaspace");
        }
    }

    // What works on single tokens must come before their bytes are put together.
    private void Single(JsonFields json)
    {
        if (_byteLevel || _byteFallback || _fused) throw json.Error("type", json.Require("type"), "such a decoder before ByteLevel, ByteFallback and Fuse, and once");
    }

    private void AddStrip(JsonFields json)
    {
        var content = json.Text("content", " ")!;
        if (content.Length != 1) throw json.Error("content", json.Require("content"), "one character");
        var (start, stop) = (json.Integer("start", 0, 1000, 0), json.Integer("stop", 0, 1000, 0));
        if (_fused)
        {
            if (content != " " || start > 1 || stop != 0) throw json.Error("behind Fuse, Strip may take away one space at the start and nothing else");
            StripsFirstSpace |= start == 1;
            return;
        }
        Single(json);
        _steps.Add(token => Strip(token, content[0], start, stop));
    }

    private static string Strip(string token, char content, int start, int stop)
    {
        var (from, to) = (0, token.Length);
        while (from < to && from < start && token[from] == content) from++;
        while (to > from && token.Length - to < stop && token[to - 1] == content) to--;
        return token[from..to];
    }
}
