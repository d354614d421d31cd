using CsCheck;
using Mimir.Trust.Attestation;
using Mimir.Trust.Tests.Attestation.Nitro;
using Mimir.Trust.Tests.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>Random, mutated, truncated and extended evidence never throws and never verifies.</summary>
public sealed class PlatformFuzzTests
{
    private const string Seed = "0N0XIzNsQ0O2";
    private const long Runs = 300;

    private static readonly Gen<(int Position, byte Value)[]> Changes = Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 8];

    [Fact]
    public void Random_bytes()
    {
        Gen.Byte.Array[0, 3_000].Sample(
            bytes =>
            {
                foreach (var kind in (EvidenceKind[])[EvidenceKind.Tdx, EvidenceKind.Nitro])
                    Refused(new Evidence(kind, bytes, [new(EvidencePartKind.Collateral, bytes), new(EvidencePartKind.EventLog, bytes)]), DateTimeOffset.UnixEpoch);
            },
            seed: Seed, iter: Runs);
    }

    [Fact]
    public void Mutated_quotes()
    {
        var vector = VectorFiles.Case("tdx-v5-outofdate-servicetd");
        var evidence = TdxVectors.Evidence(vector);
        Changes.Sample(changes => Altered(evidence.Body, changes) is not { } body || Refused(evidence with { Body = body }, VectorFiles.At(vector)), seed: Seed, iter: Runs);
    }

    [Fact]
    public void Mutated_documents()
    {
        var vector = VectorFiles.Case("prod-2025-indef");
        var document = NitroVectors.Document(vector);
        Changes.Sample(
            changes => Altered(document, changes) is not { } body || Refused(new Evidence(EvidenceKind.Nitro, body), VectorFiles.At(vector)), seed: Seed, iter: Runs);
    }

    [Fact]
    public void Mutated_event_logs()
    {
        var log = VectorFiles.Read("tdx/cos-ccel_data.dat")[..20_000];
        var quote = VectorFiles.Read("tdx/tdx-v4-cos-eventlog.quote.bin");
        Changes.Sample(
            changes => Refused(new Evidence(EvidenceKind.Tdx, quote, [new(EvidencePartKind.EventLog, Altered(log, changes) ?? [])]), DateTimeOffset.UnixEpoch),
            seed: Seed, iter: Runs);
    }

    /// <summary>Changed collateral never throws. It may still verify: spaces, or the case of hexadecimal digits, are not signed.</summary>
    [Fact]
    public void Mutated_collateral_never_throws()
    {
        var vector = VectorFiles.Case("tdx-v4-uptodate");
        var evidence = TdxVectors.Evidence(vector);
        Changes.Sample(
            changes =>
            {
                var altered = Altered(evidence.Parts[0].Bytes, changes);
                if (altered is not null) TdxVectors.Verify(evidence with { Parts = [new(EvidencePartKind.Collateral, altered)] }, VectorFiles.At(vector));
            },
            seed: Seed, iter: Runs);
    }

    [Fact]
    public void Truncated_evidence()
    {
        var (quote, document) = (VectorFiles.Read("tdx/tdx-v5-outofdate-servicetd.quote.bin"), VectorFiles.Read("nitro/prod-2025-indef.cose"));
        for (var length = 0; length < quote.Length; length += 3) Refused(new Evidence(EvidenceKind.Tdx, quote.AsMemory(0, length)), DateTimeOffset.UnixEpoch);
        for (var length = 0; length < document.Length; length += 3) Refused(new Evidence(EvidenceKind.Nitro, document.AsMemory(0, length)), DateTimeOffset.UnixEpoch);
    }

    private static byte[]? Altered(ReadOnlyMemory<byte> original, (int Position, byte Value)[] changes)
    {
        var copy = original.ToArray();
        foreach (var (position, value) in changes) copy[position % copy.Length] = value;
        return copy.AsSpan().SequenceEqual(original.Span) ? null : copy;
    }

    private static bool Refused(Evidence evidence, DateTimeOffset at)
    {
        var verdict = EvidenceVerifier.Verify(evidence, new VerificationContext { At = at });
        Assert.NotEmpty(verdict.Reasons);
        return true;
    }
}
