using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// Intel's collateral as it arrives in JSON, any number of files in any order: answers of the PCS ({"tcbInfo": …, "signature": …}, {"enclaveIdentity": …,
/// "signature": …}) and bundles (tcb_info, tcb_info_signature, tcb_info_issuer_chain, qe_identity…, pck_crl, pck_crl_issuer_chain, root_ca_crl; snake or camel
/// case), in which objects may be strings and revocation lists hexadecimal, Base64 or PEM. Nothing of it is verified here.
/// </summary>
internal sealed class TdxCollateral
{
    private const int MostFiles = 32, MostCertificates = 64;

    /// <summary>TCB info for TDX, of any platform type.</summary>
    public List<TcbInfo> TcbInfos { get; } = [];

    /// <summary>Identities of the TD quoting enclave.</summary>
    public List<QeIdentity> QeIdentities { get; } = [];

    /// <summary>DER certificates out of issuer chains.</summary>
    public List<byte[]> Certificates { get; } = [];

    /// <summary>DER revocation lists.</summary>
    public List<byte[]> RevocationLists { get; } = [];

    /// <summary>Reads one file into this.</summary>
    /// <exception cref="RefusedException">Not collateral, or malformed.</exception>
    public void Add(ReadOnlyMemory<byte> file)
    {
        try
        {
            Add(SignedJson.WithoutMarks(file.Span).ToArray(), nested: false);
        }
        catch (InvalidOperationException)
        {
            // JSON may escape half of a surrogate pair, which is no text.
            throw Malformed("JSON collateral holds text that is not Unicode.");
        }
    }

    /// <summary>A refusal of collateral.</summary>
    public static RefusedException Malformed(string sentence) => new(TdxRefusals.CollateralMalformed, sentence);

    private void Add(ReadOnlyMemory<byte> file, bool nested)
    {
        var known = 0;
        var root = SignedJson.Parse(file);
        var fields = new Dictionary<string, JsonProperty>(StringComparer.Ordinal);
        foreach (var field in root.EnumerateObject())
            if (!fields.TryAdd(Normal(field.Name), field)) throw Malformed("JSON collateral holds a field in two spellings.");
        foreach (var (key, field) in fields)
        {
            if (field.Value.ValueKind == JsonValueKind.Null) continue;
            known++;
            switch (key)
            {
                case "tcbinfo": Signed(file, field, Signature("tcbinfosignature"), nested); break;
                case "enclaveidentity" or "qeidentity": Signed(file, field, Signature("qeidentitysignature"), nested); break;
                case "pckcrl" or "rootcacrl": AddRevocationList(Text(field)); break;
                case "pckcrlissuerchain" or "tcbinfoissuerchain" or "qeidentityissuerchain" or "enclaveidentityissuerchain" or "pckcertificatechain" or "pckcertificateissuerchain": AddChain(Text(field)); break;
                default: known--; break;
            }
        }

        if (known == 0) throw Malformed("JSON collateral holds neither TCB info nor a QE identity nor revocation lists.");
        if (TcbInfos.Count + QeIdentities.Count + RevocationLists.Count > MostFiles || Certificates.Count > MostCertificates)
            throw Malformed("There is more collateral than is read.");

        string? Signature(string own) => fields.TryGetValue(own, out var field) || fields.TryGetValue("signature", out field) ? Text(field) : null;
    }

    /// <summary>A signed object, given as itself, as text, or as the text of the PCS's whole answer.</summary>
    private void Signed(ReadOnlyMemory<byte> file, JsonProperty field, string? signature, bool nested)
    {
        var text = field.Value.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(Text(field)) : SignedJson.Exact(file.Span, field.Name);
        if (signature is null && !nested)
        {
            Add(text, nested: true);
            return;
        }

        if (signature is not { Length: 128 } || !signature.All(char.IsAsciiHexDigit)) throw Malformed("A signature in the collateral is not 64 bytes in hexadecimal.");
        var json = new SignedJson(text, Convert.FromHexString(signature));
        var id = json.Root.Text("id");
        if (id == "TDX") TcbInfos.Add(new TcbInfo(json));
        else if (id == "TD_QE") QeIdentities.Add(new QeIdentity(json));
        else if (id is not ("SGX" or "QE" or "QVE")) throw Malformed("JSON collateral states something other than TCB info and identities of Intel's enclaves.");
    }

    private void AddRevocationList(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length % 2 == 0 && trimmed.All(char.IsAsciiHexDigit)) RevocationLists.Add(Convert.FromHexString(trimmed));
        else if (Base64.IsValid(trimmed)) RevocationLists.Add(Convert.FromBase64String(trimmed));
        else RevocationLists.AddRange(Pem(trimmed, "X509 CRL"));
    }

    /// <summary>PEM, or as the header field has it.</summary>
    private void AddChain(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var plain = HttpAnswer.HoldsEncodedPem(bytes) ? HttpAnswer.DecodePem(bytes) ?? throw Malformed("An issuer chain in the collateral is not percent-encoded PEM.") : text;
        Certificates.AddRange(Pem(plain, "CERTIFICATE"));
    }

    private static List<byte[]> Pem(string text, string label)
    {
        var found = new List<byte[]>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (!rest[fields.Label].SequenceEqual(label) || found.Count == MostCertificates) throw Malformed($"The collateral holds PEM other than {label}.");
            found.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            rest = rest[fields.Location.End..];
        }

        return found.Count > 0 ? found : throw Malformed($"The collateral lacks a {label} where one belongs.");
    }

    private static string Text(JsonProperty field) =>
        field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()!.TrimEnd('\0') : throw Malformed($"A field of the collateral is not text.");

    /// <summary>Snake case, camel case, and the names of header fields: TCB-Info-Issuer-Chain, SGX-PCK-CRL-Issuer-Chain.</summary>
    private static string Normal(string name)
    {
        var plain = name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return plain.StartsWith("sgx", StringComparison.Ordinal) && plain.EndsWith("issuerchain", StringComparison.Ordinal) ? plain[3..] : plain;
    }
}
