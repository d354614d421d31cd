using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mimir.Trust.Audit;

/// <summary>
/// A process began to write; this entry and those that follow are signed by this certificate's key. Where bytes before it are no entries (what a
/// crash left; they are kept), it names their number and digest.
/// </summary>
/// <param name="Writer">Its role and name.</param>
/// <param name="Certificate">Base64 of the DER form.</param>
/// <param name="Tear">The bytes before it that are no entries; empty: none.</param>
internal sealed record LogOpened(string Writer, string Certificate, byte[] Tear) : AuditEvent
{
    public const string Name = "opened";

    public override string Kind => Name;

    public override IReadOnlyList<AuditField> Fields => Tear.Length == 0
        ? [new("writer", Writer), new("certificate", Certificate)]
        : [new("writer", Writer), new("certificate", Certificate), new("torn_bytes", (long)Tear.Length), new("torn_sha256", Convert.ToHexStringLower(SHA256.HashData(Tear)))];

    public static LogOpened By(Identity identity, byte[] tear) =>
        new(AuditText.Peer(identity.Role, identity.Name), Convert.ToBase64String(identity.Certificate.Export(X509ContentType.Cert)), tear);
}

/// <summary>The process ended in good order. A log that does not end with this entry was cut off, by a crash or by somebody.</summary>
internal sealed record LogClosed : AuditEvent
{
    public const string Name = "closed";

    public override string Kind => Name;

    public override IReadOnlyList<AuditField> Fields => [];
}
