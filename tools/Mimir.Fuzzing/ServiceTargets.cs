using System.Security.Cryptography;
using System.Text;
using Mimir.Overlay.Descriptors;
using Mimir.Overlay.Keys;
using Mimir.Overlay.Uapi;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Nitro;
using Mimir.Trust.KeyRelease;
using Mimir.Vaults.Aws;
using Mimir.Vaults.Oci;
using Mimir.Vaults.Tests.Aws;

namespace Mimir.Fuzzing;

/// <summary>Parsers of what vaults, WireGuard, a TPM, /dev/nsm and the kernel answer.</summary>
internal static class ServiceTargets
{
    private static readonly RSA VaultKey = RSA.Create(2048), ApiKey = RSA.Create(1024);

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        new(
            "cms", [new EnvelopeWriter().Seal(VaultKey, new byte[32]), new EnvelopeWriter { IndefiniteLengths = false }.Seal(VaultKey, new byte[32])],
            b => FuzzTargets.Parsed(CmsEnvelope.Open(VaultKey, b)?.Length)),
        new("oci", [Encoding.ASCII.GetBytes($"{{\"plaintext\":\"{Convert.ToBase64String(new byte[32])}\",\"keyId\":\"k\"}}")], b => Attempt.Read(() => Release(b), e => e is KeyReleaseException)),
        new("wireguard", [Descriptor(), Interface], WireGuard),
        new("device-answers", [Nsm, .. TpmSeed.Answers, "5\n"u8.ToArray()], Answers),
    ];

    private static string Release(byte[] answer)
    {
        using var client = new HttpClient(new Answering(answer));
        var vault = new OciVaultKeyRelease(client, new Uri("https://vault.invalid"), "ocid1.key", new OciRequestSigner("t/u/f", ApiKey, FuzzMembers.Clock), _ => "AAAA");
        using var key = vault.ReleaseAsync("models", CancellationToken.None).GetAwaiter().GetResult();
        return "key";
    }

    private static byte[] Descriptor() =>
        Encoding.ASCII.GetBytes(PeerDescriptor.Sign(FuzzMembers.Party, WireGuardPublicKey.FromBytes(SHA256.HashData([1])), new(System.Net.IPAddress.Loopback, 51820), 7).ToString());

    private static byte[] Interface
    {
        get
        {
            var key = Convert.ToHexStringLower(SHA256.HashData([2]));
            return Encoding.ASCII.GetBytes(
                $"private_key={key}\nlisten_port=51820\nfwmark=1\npublic_key={key}\npreshared_key={key}\nprotocol_version=1\nendpoint=[::1]:51820\nlast_handshake_time_sec=17\n"
                + "last_handshake_time_nsec=5\ntx_bytes=1\nrx_bytes=2\npersistent_keepalive_interval=25\nallowed_ip=fd00::1/128\nallowed_ip=10.0.0.0/8\nerrno=0\n\n");
        }
    }

    /// <summary>A peer's descriptor, and what an interface answers. A descriptor of other bytes than the seed's never counts.</summary>
    private static Outcome WireGuard(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var descriptor = Attempt.Verify(() => OverlayPeer.Verify(text, FuzzMembers.Anchors, FuzzMembers.Now).Epoch > 0, e => e is DescriptorException);
        using var device = UapiReader.ReadDevice(bytes);
        return new Outcome($"{descriptor.Shape}; {(device is null ? "none" : $"{Math.Min(4, device.Peers.Count)}")}", descriptor.Accepted);
    }

    /// <summary>An attestation document of 100 bytes.</summary>
    private static byte[] Nsm => [0xA1, 0x6B, .. "Attestation"u8, 0xA1, 0x68, .. "document"u8, 0x58, 100, .. new byte[100]];

    private static Outcome Answers(byte[] bytes) => Attempt.All(
        Attempt.Read(() => $"{NitroMessages.ReadDocument(bytes).Length > 0}", e => e is AttestingException),
        TpmSeed.Read(bytes),
        Attempt.Read(() => new KernelSeed(bytes).Request(new byte[64]).Provider.Length > 0 ? "report" : "", e => e is AttestingException));

    private sealed class Answering(byte[] answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(answer) });
    }
}
