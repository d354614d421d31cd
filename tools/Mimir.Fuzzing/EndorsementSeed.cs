using Mimir.Services.Attesting;
using Mimir.Trust.Attestation;

namespace Mimir.Fuzzing;

/// <summary>Files that an operator lays beside a producer of evidence: a laboratory's key, certificates, revocation lists.</summary>
internal static class EndorsementSeed
{
    private static readonly EvidenceBinding Binding = EvidenceBinding.Of([1, 2], [3], "p0"u8, [4]);

    /// <summary>The input as each of them.</summary>
    public static Outcome Read(string path, byte[] bytes)
    {
        foreach (var name in (string[])["a.pem", "b.crl", "c.json"]) Scratch.Write($"endorsements/{name}", bytes);
        return Attempt.All(Produced(new SimulatedProducer(path)), Produced(new EndorsedProducer(new Bare(), Scratch.At("endorsements"))));
    }

    private static Outcome Produced(IEvidenceProducer producer) =>
        Attempt.Read(() => $"{Math.Min(4, producer.ProduceAsync(Binding, CancellationToken.None).GetAwaiter().GetResult().Parts.Count)}", e => e is AttestingException);

    private sealed class Bare : IEvidenceProducer
    {
        public Task<Evidence> ProduceAsync(EvidenceBinding binding, CancellationToken cancellation) => Task.FromResult(new Evidence(EvidenceKind.Tpm, Array.Empty<byte>()));
    }
}
