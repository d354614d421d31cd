using System.Text.Json;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>TDX cases of vectors.json with their collateral.</summary>
internal static class TdxVectors
{
    /// <summary>The evidence of a case, with its collateral if it has any.</summary>
    public static Evidence Evidence(JsonElement vector, byte[]? quote = null) => new(
        EvidenceKind.Tdx,
        quote ?? VectorFiles.Read(vector.GetProperty("quote").GetString()!),
        vector.TryGetProperty("collateral", out var name) ? Collateral(name.GetString()!) : []);

    /// <summary>The verdict on a case's evidence at an instant, by default the case's.</summary>
    public static Verdict Verify(JsonElement vector, byte[]? quote = null, DateTimeOffset? at = null) => Verify(Evidence(vector, quote), at ?? VectorFiles.At(vector));

    /// <summary>The verdict on evidence.</summary>
    public static Verdict Verify(Evidence evidence, DateTimeOffset at) => EvidenceVerifier.Verify(evidence, new VerificationContext { At = at });

    /// <summary>The collateral with this name, as its files hold it.</summary>
    public static IReadOnlyList<EvidencePart> Collateral(string name) => name == "2023"
        ?
        [
            Json("tdx/tcbinfo_50806f_2023.json"),
            Json("tdx/qeidentity_td_2023.json"),
            new(EvidencePartKind.RevocationList, VectorFiles.Read("tdx/pckcrl_platform_2023.der")),
            new(EvidencePartKind.RevocationList, VectorFiles.Read("tdx/rootcrl_2023.der")),
            .. VectorFiles.Certificates(VectorFiles.Read("tdx/tcb_issuer_chain_2018.pem")),
            .. VectorFiles.Certificates(VectorFiles.Read("tdx/pckcrl_issuer_chain.pem")),
        ]
        : [Json($"tdx/{name}.collateral.json")];

    private static EvidencePart Json(string path) => new(EvidencePartKind.Collateral, VectorFiles.Read(path));
}
