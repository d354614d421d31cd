using System.Text;

namespace Mimir.Models.Tokenizers;

/// <summary>
/// Decodes tokens as they arrive. A character whose bytes are spread over several tokens is held back until it is complete, so every
/// returned piece is text that will not change. The pieces and <see cref="Flush"/> together are what
/// <see cref="ITokenizer.Decode"/> gives for all tokens. Not thread-safe.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="continuesText">
/// The tokens continue a prompt, so a first space is part of the text. False: they are a text of their own.
/// </param>
public sealed class TokenStreamDecoder(ITokenizer tokenizer, bool continuesText = true)
{
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private bool _skipSpace = !continuesText && tokenizer.StripsFirstSpace;

    /// <summary>The text that <paramref name="id"/> completes; empty when a character is still incomplete or the token is special.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not one of the tokenizer's.</exception>
    public string Append(int id)
    {
        var bytes = tokenizer.BytesOf(id).Span;
        if (bytes.IsEmpty) return "";
        if (_skipSpace && bytes[0] == ' ') bytes = bytes[1..];
        _skipSpace = false;
        return Convert(bytes, flush: false);
    }

    /// <summary>The rest: U+FFFD when the last character stayed incomplete, else empty.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        return new string(characters, 0, _decoder.GetChars(bytes, characters, flush));
    }
}
