using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Recognition;

namespace Mimir.Trust.Tests.Attestation;

/// <summary>One inverted bit in any byte that counts is refused. The bit differs from byte to byte; tools/Mimir.Fuzzing tries all eight.</summary>
public sealed class FlipTests
{
    [Theory]
    [InlineData("milan-v3-vlek-vmpl1")]
    [InlineData("genoa-v5-oak")]
    [InlineData("turin-v5")]
    public void In_an_SNP_report(string id)
    {
        var example = SnpCase.Load(id);
        EachByte(example.Report, flipped => SharedVectors.Verify(example.Within, flipped, example.Endorsements));
    }

    [Fact]
    public void In_the_certificates_of_a_chip()
    {
        var example = SnpCase.Load("turin-v5");
        for (var i = 0; i < example.Endorsements.Length; i++) InEndorsement(example, i);
    }

    [Fact]
    public void In_the_certificate_of_a_provider() => InEndorsement(SnpCase.Load("milan-v3-vlek-vmpl1"), 0);

    [Fact]
    public void In_a_revocation_list()
    {
        var genoa = SnpCase.Load("genoa-v5-oak");
        EachByte(SharedVectors.File("roots/amd_crl_genoa.der"), flipped => genoa.Verify(SharedVectors.Instant("2025-09-01"), flipped));
    }

    [Fact]
    public void In_a_certificate_table()
    {
        var turin = SnpCase.Load("turin-v5");
        EachByte(SharedVectors.File("snp/turin-v5.certtable.bin"), flipped => SharedVectors.Verify(turin.Within, turin.Report, [flipped]));
    }

    private static void InEndorsement(SnpCase example, int which) => EachByte(example.Endorsements[which], flipped =>
    {
        var files = example.Endorsements;
        files[which] = flipped;
        return SharedVectors.Verify(example.Within, example.Report, files);
    });

    private static void EachByte(EvidenceFile file, Func<EvidenceFile, Verdict> verify)
    {
        // After the last block of a PEM file there is only a line break, which nothing covers.
        var length = file.Bytes.Span.TrimEnd("\r\n"u8).Length;
        Parallel.For(0, length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, index =>
        {
            var verdict = verify(SharedVectors.Flip(file, index, index * 5 % 8));
            Assert.False(verdict.IsValid, $"{file.Name}: the inverted bit {index * 5 % 8} of byte {index} was not noticed");
        });
    }
}
