using System.Diagnostics.CodeAnalysis;

namespace Mimir.Trust.Attestation;

/// <summary>The names of evidence kinds in policies, on the command line and in JSON.</summary>
public static class EvidenceKindNames
{
    private static readonly Dictionary<string, EvidenceKind> Kinds = Enum.GetValues<EvidenceKind>().ToDictionary(ToName);

    /// <summary>All names, in the order of <see cref="EvidenceKind"/>.</summary>
    public static IReadOnlyCollection<string> All => Kinds.Keys;

    /// <summary>For example <c>azure-vtpm</c>.</summary>
    public static string ToName(this EvidenceKind kind) => kind switch
    {
        EvidenceKind.Snp => "snp",
        EvidenceKind.Tdx => "tdx",
        EvidenceKind.Nitro => "nitro",
        EvidenceKind.Tpm => "tpm",
        EvidenceKind.AzureVtpm => "azure-vtpm",
        EvidenceKind.Simulated => "simulated",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The kind with exactly this name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out EvidenceKind kind) => Kinds.TryGetValue(name ?? "", out kind);
}
