namespace Mimir.Trust.Attestation;

/// <summary>
/// The kinds of evidence that a verifier accepts. Kinds that prove a confidential machine (<see cref="Production"/>) and kinds for laboratories
/// (<see cref="Lab"/>) cannot be accepted together: a session is one or the other.
/// </summary>
public sealed class AcceptedKinds
{
    private readonly HashSet<EvidenceKind> _kinds;

    private AcceptedKinds(IEnumerable<EvidenceKind> kinds) => _kinds = [.. kinds];

    /// <summary>SNP, TDX, Nitro, and Azure's vTPM under SNP.</summary>
    public static AcceptedKinds Production { get; } = new([EvidenceKind.Snp, EvidenceKind.Tdx, EvidenceKind.Nitro, EvidenceKind.AzureVtpm]);

    /// <summary>TPM quotes and simulated statements.</summary>
    public static AcceptedKinds Lab { get; } = new([EvidenceKind.Tpm, EvidenceKind.Simulated]);

    /// <summary>Everything real, for looking at evidence without admitting anybody: all but <see cref="EvidenceKind.Simulated"/>.</summary>
    public static AcceptedKinds Inspection { get; } = new(Enum.GetValues<EvidenceKind>().Where(k => k != EvidenceKind.Simulated));

    /// <summary>The kinds, in the order of <see cref="EvidenceKind"/>.</summary>
    public IEnumerable<EvidenceKind> Kinds => _kinds.Order();

    /// <summary>Exactly these kinds.</summary>
    /// <exception cref="ArgumentException">There is none, or production and laboratory kinds are mixed.</exception>
    public static AcceptedKinds Of(params IEnumerable<EvidenceKind> kinds)
    {
        var accepted = new AcceptedKinds(kinds);
        if (accepted._kinds.Count == 0) throw new ArgumentException("At least one kind of evidence must be accepted.", nameof(kinds));
        if (!accepted._kinds.IsSubsetOf(Production._kinds) && !accepted._kinds.IsSubsetOf(Lab._kinds))
            throw new ArgumentException("Evidence for laboratories (tpm, simulated) cannot be accepted beside evidence for production.", nameof(kinds));
        return accepted;
    }

    /// <summary>Whether <paramref name="kind"/> is accepted.</summary>
    public bool Contains(EvidenceKind kind) => _kinds.Contains(kind);
}
