using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Mimir.Gateway.Keys;

/// <summary>
/// An API key as the gateway keeps it: its number, its name and its SHA-256. A key is 32 random bytes, so a plain hash of it cannot be guessed back.
/// </summary>
/// <param name="Id">Eight hexadecimal digits, the readable part of the key.</param>
/// <param name="Name">For people.</param>
/// <param name="Sha256">Of the whole key's text, hexadecimal.</param>
/// <param name="Created">Seconds since 1970.</param>
/// <param name="Revoked">Seconds since 1970; null: it is good.</param>
public sealed record ApiKey(
    [property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("sha256")] string Sha256,
    [property: JsonPropertyName("created")] long Created, [property: JsonPropertyName("revoked")] long? Revoked)
{
    private const string Mark = "mimir-";
    private const int Size = 32;

    /// <summary>Longest text that is looked at.</summary>
    internal const int LongestText = 256;

    /// <summary>A new key and its text, which is shown once and kept nowhere.</summary>
    public static (ApiKey Key, string Text) Generate(string name, DateTimeOffset now)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var secret = RandomNumberGenerator.GetBytes(Size);
        var text = $"{Mark}{id}-{Base64Url.EncodeToString(secret)}";
        CryptographicOperations.ZeroMemory(secret);
        return (new ApiKey(id, name, Convert.ToHexStringLower(HashOf(text)), now.ToUnixTimeSeconds(), null), text);
    }

    /// <summary>SHA-256 of a key's text.</summary>
    internal static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
