using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mimir.Overlay.Keys;
using Mimir.Trust;

namespace Mimir.Overlay.Descriptors;

/// <summary>
/// What a node tells its peers about its end of the overlay, signed by the key of its certificate: eight lines of ASCII text, in this order,
/// each "name: value" but the first.
/// <code>
/// mimir wireguard peer 1
/// node: party/p0
/// address: fd6d:696d:6972:…
/// public-key: (base64)
/// endpoint: 192.0.2.1:51820
/// epoch: 1763840000
/// certificate: (base64 of DER)
/// signature: (base64 of 64 bytes, ECDSA P-256, SHA-256, IEEE P1363, over "mimir/wireguard-peer/v1", a line feed, and all lines above)
/// </code>
/// One meaning has one spelling: a text that reads the same and is written otherwise is refused.
/// </summary>
/// <param name="Role">The node's role.</param>
/// <param name="Name">The node's name.</param>
/// <param name="PublicKey">Its WireGuard key.</param>
/// <param name="Endpoint">Where its WireGuard listens: address and UDP port.</param>
/// <param name="Epoch">Grows with every descriptor that the node signs; the largest counts.</param>
/// <param name="Certificate">The node's certificate, DER.</param>
/// <param name="Signature">64 bytes.</param>
public sealed record PeerDescriptor(Role Role, string Name, WireGuardPublicKey PublicKey, IPEndPoint Endpoint, ulong Epoch, byte[] Certificate, byte[] Signature)
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaxLength = 8192;

    private const string Heading = "mimir wireguard peer 1";
    private const string Domain = "mimir/wireguard-peer/v1\n";
    private const int SignatureLength = 64;
    private static readonly string[] Names = ["node", "address", "public-key", "endpoint", "epoch", "certificate", "signature"];

    /// <summary>Signs a descriptor for <paramref name="identity"/>.</summary>
    /// <exception cref="ArgumentException">The port is 0 or the address is none that peers could send to.</exception>
    public static PeerDescriptor Sign(Identity identity, WireGuardPublicKey publicKey, IPEndPoint endpoint, ulong epoch)
    {
        if (!IsReachable(endpoint)) throw new ArgumentException("The endpoint must be an address of this node and a UDP port, as peers reach them.", nameof(endpoint));
        using var key = identity.Certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("The identity has no ECDSA key.", nameof(identity));
        var unsigned = new PeerDescriptor(identity.Role, identity.Name, publicKey, endpoint, epoch, identity.Certificate.RawData, []);
        return unsigned with { Signature = key.SignData(unsigned.SignedBytes(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) };
    }

    /// <summary>Reads the text of <see cref="ToString"/>; says nothing about who wrote it.</summary>
    /// <exception cref="DescriptorException">Some other text.</exception>
    public static PeerDescriptor Parse(string text)
    {
        if (text.Length > MaxLength) throw Malformed($"is longer than {MaxLength} characters");
        var lines = text.Split('\n', Names.Length + 3);
        if (lines.Length != Names.Length + 2 || lines[0] != Heading || lines[^1].Length != 0) throw Malformed($"is not '{Heading}' and {Names.Length} lines");
        var values = new string[Names.Length];
        for (var i = 0; i < Names.Length; i++)
        {
            if (!lines[i + 1].StartsWith(Names[i] + ": ", StringComparison.Ordinal)) throw Malformed($"lacks the line '{Names[i]}: …'");
            values[i] = lines[i + 1][(Names[i].Length + 2)..];
        }
        var node = values[0].Split('/', 3);
        if (node.Length != 2 || !RoleNames.TryParse(node[0], out var role) || !PeerName.IsValid(node[1])) throw Malformed("names no node of the form role/name");
        if (!IPAddress.TryParse(values[1], out var address) || !address.Equals(OverlayAddress.Of(role, node[1])))
            throw new DescriptorException(DescriptorRefusal.OtherIdentity, $"gives {role.ToName()} '{node[1]}' an overlay address that is not its own");
        if (!WireGuardPublicKey.TryParse(values[2], out var key)) throw Malformed("holds no WireGuard key");
        if (!IPEndPoint.TryParse(values[3], out var endpoint) || !IsReachable(endpoint)) throw Malformed("names no endpoint of the form ADDRESS:PORT");
        if (!ulong.TryParse(values[4], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) throw Malformed("has no number as epoch");
        var parsed = new PeerDescriptor(role, node[1], key, endpoint, epoch, Bytes(values[5], "certificate"), Bytes(values[6], "signature"));
        if (parsed.Signature.Length != SignatureLength || parsed.ToString() != text) throw Malformed("is not written as 'mimir wireguard descriptor' writes it");
        return parsed;
    }

    /// <summary>Whether the key of the certificate has signed this text. Who that is says the certificate.</summary>
    public bool IsSigned()
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Certificate);
            using var key = certificate.GetECDsaPublicKey();
            return key is not null && key.VerifyData(SignedBytes(), Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The text that peers read.</summary>
    public override string ToString() => $"{Unsigned()}signature: {Convert.ToBase64String(Signature)}\n";

    private string Unsigned() => string.Create(CultureInfo.InvariantCulture,
        $"{Heading}\nnode: {Role.ToName()}/{Name}\naddress: {OverlayAddress.Of(Role, Name)}\npublic-key: {PublicKey}\nendpoint: {Endpoint}\nepoch: {Epoch}\ncertificate: {Convert.ToBase64String(Certificate)}\n");

    private byte[] SignedBytes() => Encoding.ASCII.GetBytes(Domain + Unsigned());

    private static bool IsReachable(IPEndPoint endpoint) =>
        endpoint.Port != 0 && !endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any);

    private static byte[] Bytes(string text, string name)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw Malformed($"has a {name} that is not base64");
    }

    private static DescriptorException Malformed(string what) => new(DescriptorRefusal.Malformed, what);
}
