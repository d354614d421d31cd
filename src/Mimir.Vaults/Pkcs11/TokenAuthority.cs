using System.Text.Json;
using Mimir.Trust.Certificates;

namespace Mimir.Vaults.Pkcs11;

/// <summary>Where an authority's key lies in a token: <c>ca-token.json</c> beside <c>ca.pem</c>. The PIN is not in it.</summary>
/// <param name="Library">The module's shared library.</param>
/// <param name="Token">The token's label.</param>
/// <param name="Key">The label of the ECDSA P-256 key pair.</param>
public sealed record TokenAuthority(string Library, string Token, string Key)
{
    /// <summary>The file in an authority's directory.</summary>
    public const string FileName = "ca-token.json";

    private const int LargestFile = 16 * 1024;
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>Makes an authority whose key is in the token, and writes <c>ca.pem</c> and <c>ca-token.json</c>.</summary>
    /// <exception cref="Pkcs11TokenException">The token or the key is missing.</exception>
    public void Create(string directory, string pin, TimeSpan lifetime)
    {
        using var token = Pkcs11Token.Open(Library, Token, pin);
        using var authority = CertificateAuthority.Create(lifetime, key: token.Signer(Key));
        Directory.CreateDirectory(directory);
        authority.SaveCertificate(Path.Combine(directory, CertificateAuthority.CertificateFile));
        File.WriteAllText(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, Format) + "\n");
    }

    /// <summary>Reads <c>ca-token.json</c>.</summary>
    /// <exception cref="InvalidDataException">Missing, or not of this form.</exception>
    public static TokenAuthority Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            if (new FileInfo(path).Length <= LargestFile && JsonSerializer.Deserialize<TokenAuthority>(File.ReadAllText(path), Format) is { Library: not null, Token: not null, Key: not null } read)
                return read;
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            // Said below.
        }
        throw new InvalidDataException($"{path}: must hold \"library\", \"token\" and \"key\", each a text");
    }

    /// <summary>Opens the authority; the token stays open as long as the authority.</summary>
    /// <exception cref="Pkcs11TokenException">The token or the key is missing, or the PIN is wrong.</exception>
    /// <exception cref="InvalidDataException"><c>ca.pem</c> is not of this key.</exception>
    public CertificateAuthority Open(string directory, string pin)
    {
        var token = Pkcs11Token.Open(Library, Token, pin);
        try
        {
            return CertificateAuthority.Load(directory, token.Signer(Key, ownsToken: true));
        }
        catch
        {
            token.Dispose();
            throw;
        }
    }
}
