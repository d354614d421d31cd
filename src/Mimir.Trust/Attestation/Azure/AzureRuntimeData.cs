using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Mimir.Trust.Attestation.Azure;

/// <summary>The runtime data of Azure's firmware: JSON with the vTPM's keys (JWK) and the machine's configuration.</summary>
/// <param name="AttestationKey">SubjectPublicKeyInfo of the key <c>HCLAkPub</c>, RSA.</param>
/// <param name="SecureBoot">Secure boot is on; null if not stated.</param>
/// <param name="ConsoleEnabled">The serial console is on; null if not stated.</param>
/// <param name="VirtualMachineId">The machine's identifier; null if not stated.</param>
/// <param name="UserData">64 bytes that the guest placed, hexadecimal; null if not stated.</param>
public sealed record AzureRuntimeData(ReadOnlyMemory<byte> AttestationKey, bool? SecureBoot, bool? ConsoleEnabled, string? VirtualMachineId, string? UserData)
{
    private const string AttestationKeyId = "HCLAkPub";
    private const int LongestText = 256;
    private const int LongestModulus = 1024;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Reads the JSON; null if it is none or names no single RSA key for attestation.</summary>
    public static AzureRuntimeData? TryRead(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or CryptographicException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static AzureRuntimeData? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array) return null;
        var signing = keys.EnumerateArray().Where(k => Text(k, "kid") == AttestationKeyId).ToArray();
        if (signing.Length != 1 || Text(signing[0], "kty") != "RSA" || Number(signing[0], "n") is not { } modulus || Number(signing[0], "e") is not { } exponent) return null;
        using var key = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        var machine = root.TryGetProperty("vm-configuration", out var configuration) ? configuration : default;
        return new AzureRuntimeData(
            key.ExportSubjectPublicKeyInfo(), Flag(machine, "secure-boot"), Flag(machine, "console-enabled"), Text(machine, "vmUniqueId"), Text(root, "user-data"));
    }

    private static byte[]? Number(JsonElement parent, string name) =>
        Text(parent, name, LongestModulus * 2) is { } text && Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: > 0 and <= LongestModulus } bytes ? bytes : null;

    private static string? Text(JsonElement parent, string name, int longest = LongestText) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { } text && text.Length <= longest && text.All(c => c is >= ' ' and <= '~') ? text : null;

    private static bool? Flag(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
}
