namespace Mimir.Cli.Configuration;

/// <summary>Where data keys come from by name (keys below <c>keys</c>): one kind, with exactly the settings that it needs.</summary>
public abstract record KeysConfig
{
    /// <summary>Files (<c>local</c>). Laboratory only.</summary>
    /// <param name="Folder">Of NAME.key.</param>
    public sealed record Local(string Folder) : KeysConfig;

    /// <summary><c>aws-kms</c>.</summary>
    /// <param name="Folder">Of NAME.wrapped.</param>
    /// <param name="Region">The key's.</param>
    /// <param name="Endpoint">Where KMS is reached, or null.</param>
    public sealed record AwsKms(string Folder, string Region, string? Endpoint) : KeysConfig;

    /// <summary><c>oci-vault</c>.</summary>
    /// <param name="Folder">Of NAME.wrapped.</param>
    /// <param name="Endpoint">The vault's cryptographic endpoint.</param>
    /// <param name="Key">OCID of the master key.</param>
    /// <param name="Signer">tenancy/user/fingerprint.</param>
    /// <param name="SigningKey">PEM file.</param>
    public sealed record OciVault(string Folder, string Endpoint, string Key, string Signer, string SigningKey) : KeysConfig;

    /// <summary><c>pkcs11</c>.</summary>
    /// <param name="Folder">Of NAME.wrapped.</param>
    /// <param name="Library">The module.</param>
    /// <param name="Token">Its label.</param>
    /// <param name="Key">Label of the RSA key.</param>
    /// <param name="Hash">sha256, sha1 or null.</param>
    public sealed record Pkcs11(string Folder, string Library, string Token, string Key, string? Hash) : KeysConfig;

    /// <summary><c>threshold</c>: k of n holders.</summary>
    /// <param name="Deal">deal.pem.</param>
    /// <param name="Holders">Each one's name and address.</param>
    public sealed record Threshold(string Deal, IReadOnlyList<(string Name, string Endpoint)> Holders) : KeysConfig;

    private const string Section = "keys.", Choice = "keys.release";

    /// <summary>The block of a checked configuration, or null when there is none.</summary>
    /// <exception cref="ConfigurationException">A setting is missing, or belongs to another kind.</exception>
    internal static KeysConfig? Read(IReadOnlyDictionary<string, (object Value, string Origin)> values)
    {
        var kind = values.TryGetValue(Choice, out var chosen) ? (string)chosen.Value : null;
        var left = values.Keys.Where(k => k.StartsWith(Section, StringComparison.Ordinal) && k != Choice).Order(StringComparer.Ordinal).ToHashSet();
        string? Optional(string name) => left.Remove(Section + name) ? (string)values[Section + name].Value : null;
        string Needed(string name) => Optional(name) ?? throw new ConfigurationException($"{chosen.Origin}: {Choice}: {kind} needs {Section}{name}");
        KeysConfig? config = kind switch
        {
            "local" => new Local(Needed("folder")),
            "aws-kms" => new AwsKms(Needed("folder"), Needed("aws_region"), Optional("aws_endpoint")),
            "oci-vault" => new OciVault(Needed("folder"), Needed("oci_endpoint"), Needed("oci_key"), Needed("oci_signer"), Needed("oci_signing_key")),
            "pkcs11" => new Pkcs11(Needed("folder"), Needed("token_library"), Needed("token"), Needed("token_key"), Optional("token_hash")),
            "threshold" => new Threshold(Needed("deal"), ConfigKey.PeersOf(Needed("holders"))),
            _ => null,
        };
        return left.Count == 0
            ? config
            : throw new ConfigurationException($"{values[left.First()].Origin}: {left.First()} does not belong to {Choice}: {kind ?? "unset"}; remove one of them");
    }
}
