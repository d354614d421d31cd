using System.Text;
using Mimir.Models.Files;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// The "decoder" of a tokenizer.json, as a function from one token to its bytes: ByteLevel, or SentencePiece's Replace, ByteFallback,
/// Fuse and Strip in any sequence, or Metaspace.
/// </summary>
internal sealed class TokenBytes
{
    private readonly List<(string From, string To)> _replacements = [];
    private bool _byteLevel, _byteFallback;

    /// <exception cref="ModelFormatException">A kind that Mimir does not reproduce exactly; names it.</exception>
    public TokenBytes(JsonFields json) => Add(json);

    /// <summary>SentencePiece's own convention, for tokenizer.model.</summary>
    public TokenBytes()
    {
        _replacements.Add(("\u2581", " "));
        (_byteFallback, StripsFirstSpace) = (true, true);
    }

    /// <summary>The first space of a decoded text was written by the encoder.</summary>
    public bool StripsFirstSpace { get; private set; }

    /// <summary>The bytes that <paramref name="token"/> stands for.</summary>
    public byte[] Of(string token)
    {
        if (_byteLevel && ByteAlphabet.TryDecode(token) is { } bytes) return bytes;
        if (_byteFallback && token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var single)) return [single];
        foreach (var (from, to) in _replacements) token = token.Replace(from, to, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(token);
    }

    private void Add(JsonFields json)
    {
        switch (json.Text("type"))
        {
            case "Sequence":
                foreach (var step in json.Array("decoders")) Add(TextNormalizer.Step(json, step));
                return;
            case "ByteLevel":
                _byteLevel = true;
                return;
            case "Replace":
                _replacements.Add(TextNormalizer.Replacement(json));
                return;
            case "ByteFallback":
                _byteFallback = true;
                return;
            case "Fuse":
                return;
            case "Strip":
                if (json.Text("content", " ") != " ") throw json.Error("content", json.Require("content"), "a space");
                if (json.Integer("stop", 0, int.MaxValue, 0) != 0) throw json.Error("stop", json.Require("stop"), "0");
                StripsFirstSpace |= json.Integer("start", 0, 1, 0) == 1;
                return;
            case "Metaspace":
                var metaspace = Metaspace.Read(json);
                _replacements.Add((metaspace.Replacement, " "));
                StripsFirstSpace |= metaspace.Prepend != "never";
                return;
            default:
                throw json.Error("type", json.Require("type"), "a decoder of type Sequence, ByteLevel, Replace, ByteFallback, Fuse, Strip or Metaspace");
        }
    }
}
