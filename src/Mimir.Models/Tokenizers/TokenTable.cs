using System.Text;

namespace Mimir.Models.Tokenizers;

/// <summary>From ids to bytes and text: the half that every tokenizer shares.</summary>
internal sealed class TokenTable
{
    /// <summary>No tokenizer has ids from here on; it bounds what a hostile file can make us allocate.</summary>
    public const int MaxCount = 1 << 22;

    private readonly byte[][] _bytes;
    private readonly bool _stripsFirstSpace;

    /// <param name="tokens">Every token with its id; ids are below <see cref="MaxCount"/>.</param>
    /// <param name="added">Added tokens; those that are special have no bytes.</param>
    /// <param name="bytes">How a token is spelt.</param>
    public TokenTable(IReadOnlyDictionary<string, int> tokens, IReadOnlyCollection<AddedToken> added, TokenBytes bytes)
    {
        _stripsFirstSpace = bytes.StripsFirstSpace;
        _bytes = new byte[Math.Max(Largest(tokens.Values), Largest(added.Select(a => a.Id))) + 1][];
        Array.Fill(_bytes, []);
        foreach (var (token, id) in tokens) _bytes[id] = bytes.Of(token);
        foreach (var token in added) _bytes[token.Id] = token.Special ? [] : bytes.Of(token.Content);
    }

    /// <summary>Largest id plus one.</summary>
    public int Count => _bytes.Length;

    /// <inheritdoc cref="ITokenizer.BytesOf"/>
    public ReadOnlyMemory<byte> BytesOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _bytes.Length);
        return _bytes[id];
    }

    /// <inheritdoc cref="ITokenizer.Decode"/>
    public string Decode(IEnumerable<int> ids)
    {
        using var buffer = new MemoryStream();
        foreach (var id in ids) buffer.Write(BytesOf(id).Span);
        ReadOnlySpan<byte> bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        return Encoding.UTF8.GetString(_stripsFirstSpace && bytes is [(byte)' ', ..] ? bytes[1..] : bytes);
    }

    private static int Largest(IEnumerable<int> ids) => ids.DefaultIfEmpty(-1).Max();
}
