namespace Mimir.Models.Tokenizers;

/// <summary>
/// GPT-2's printable stand-ins for bytes in byte-level vocabularies: printable Latin-1 bytes stand for themselves, the others for
/// U+0100 and up, in order. Source: bytes_to_unicode in openai/gpt-2, src/encoder.py.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(b => Characters[b], b => (byte)b);

    /// <summary>The character that stands for <paramref name="value"/>.</summary>
    public static char CharacterOf(byte value) => Characters[value];

    /// <summary><paramref name="bytes"/> spelt in the alphabet.</summary>
    public static string Spell(byte[] bytes) => string.Create(bytes.Length, bytes, (characters, from) =>
    {
        for (var i = 0; i < characters.Length; i++) characters[i] = Characters[from[i]];
    });

    /// <summary>The bytes that <paramref name="token"/> stands for, or null when it holds a character outside the alphabet.</summary>
    public static byte[]? TryDecode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
            if (!Bytes.TryGetValue(token[i], out bytes[i])) return null;
        return bytes;
    }

    private static char[] Build()
    {
        var (characters, next) = (new char[256], 256);
        for (var b = 0; b < 256; b++)
            characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        return characters;
    }
}
