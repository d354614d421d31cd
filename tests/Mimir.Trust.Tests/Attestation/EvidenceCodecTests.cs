using CsCheck;
using Mimir.Trust.Attestation;

namespace Mimir.Trust.Tests.Attestation;

public sealed class EvidenceCodecTests
{
    private static readonly Gen<EvidencePart> Part =
        Gen.Select(Gen.Enum<EvidencePartKind>(), Gen.Byte.Array[0, 40], (kind, bytes) => new EvidencePart(kind, bytes));

    private static readonly Gen<Evidence> Any =
        Gen.Select(Gen.Enum<EvidenceKind>(), Gen.Byte.Array[0, 100], Part.Array[0, 6], (kind, body, parts) => new Evidence(kind, body, parts));

    [Fact]
    public void What_is_encoded_decodes_to_the_same() => Any.Sample(evidence =>
    {
        var bytes = EvidenceCodec.Encode(evidence);
        Assert.True(EvidenceCodec.TryDecode(bytes, out var read, out var refusal));
        Assert.Null(refusal);
        Assert.Equal(evidence.Kind, read.Kind);
        Assert.Equal(evidence.Body.ToArray(), read.Body.ToArray());
        Assert.Equal(evidence.Parts.Select(p => (p.Kind, Convert.ToHexString(p.Bytes.Span))), read.Parts.Select(p => (p.Kind, Convert.ToHexString(p.Bytes.Span))));
    }, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void There_is_one_encoding_per_value() => Gen.Select(Any, Gen.Int[0, 999], Gen.Byte).Sample((evidence, position, value) =>
    {
        var bytes = EvidenceCodec.Encode(evidence);
        bytes[position % bytes.Length] = value;
        if (EvidenceCodec.TryDecode(bytes, out var read, out _)) Assert.Equal(bytes, EvidenceCodec.Encode(read));
    }, seed: "0N0XIzNsQ0O2");

    [Fact]
    public void What_is_cut_or_goes_on_is_refused() => Any.Sample(evidence =>
    {
        var bytes = EvidenceCodec.Encode(evidence);
        for (var length = 0; length < bytes.Length; length++) AssertRefused(bytes.AsMemory(0, length));
        AssertRefused((byte[])[.. bytes, 0]);
    }, seed: "0N0XIzNsQ0O2", iter: 20);

    [Fact]
    public void Lengths_are_bounded_before_anything_is_taken()
    {
        AssertRefused((byte[])[.. "MEV1"u8, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        AssertRefused((byte[])[.. "MEV1"u8, 1, 65, 0, 0, 0, 0]);
        AssertRefused((byte[])[.. "MEV1"u8, 0, 0, 0, 0, 0, 0]);
        AssertRefused((byte[])[.. "MEV1"u8, 7, 0, 0, 0, 0, 0]);
        AssertRefused(new byte[EvidenceCodec.Largest + 1]);
        Assert.Throws<ArgumentException>(() => EvidenceCodec.Encode(new Evidence(EvidenceKind.Snp, new byte[EvidenceCodec.LargestPart + 1])));
    }

    private static void AssertRefused(ReadOnlyMemory<byte> bytes)
    {
        Assert.False(EvidenceCodec.TryDecode(bytes, out _, out var refusal));
        Assert.Equal(EvidenceCodec.Malformed, refusal.Code);
    }
}
