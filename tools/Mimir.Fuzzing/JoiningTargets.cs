using System.Security.Cryptography;
using Mimir.Trust;
using Mimir.Trust.Attestation;
using Mimir.Trust.Certificates;
using Mimir.Trust.Registration;
using Mimir.Trust.Revocations;

namespace Mimir.Fuzzing;

/// <summary>Parsers of what members show and are told: certificates with an attestation extension, and revocation lists.</summary>
internal static class JoiningTargets
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private static readonly CertificateAuthority Authority = CertificateAuthority.Create();
    private static readonly TrustAnchors Anchors = Authority.Anchors();

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All()
    {
        RevocationEntry[] entries = [RevocationEntry.Of(Role.Party, "p2", "stolen"), new(RevocationKind.Serial, "AB01", "lost"), new(RevocationKind.Key, new string('C', 64), "old")];
        byte[][] lists = [RevocationList.None.Next(Now, entries, [Certificate()]).Sign(Authority), RevocationList.None.Next(Now, []).Sign(Authority)];
        return [new("revocations", lists, Revoke), new("attested-certificate", [Certificate()], Verify)];
    }

    private static byte[] Certificate()
    {
        using var identity = Authority.Issue(Role.Party, "p0", TimeSpan.FromDays(1));
        var stamp = new AttestationStamp(EvidenceKind.Snp, SHA256.HashData([1]), new byte[48]);
        using var certificate = Authority.Issue(Role.Party, "p0", TimeSpan.FromDays(1), identity.SealingKey.PublicKey.Span, identity.Certificate.PublicKey, stamp);
        return certificate.RawData;
    }

    private static Outcome Revoke(byte[] bytes)
    {
        try
        {
            using var anchors = Authority.Anchors();
            return new Outcome("accepted", anchors.Accept(bytes));
        }
        catch (RevocationRefusedException refused)
        {
            return new Outcome(refused.Code);
        }
    }

    private static Outcome Verify(byte[] bytes)
    {
        try
        {
            var peer = PeerIdentity.Verify(bytes, Anchors, Now);
            return new Outcome($"{peer} {peer.Attestation?.Kind}", true);
        }
        catch (UntrustedPeerException refused)
        {
            return new Outcome(string.Concat(refused.Message.Where(c => !char.IsAsciiDigit(c)).Take(60)));
        }
    }
}
