using System.Text;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>Only Intel's quoting enclave is accepted, judged by its version; on an identity made here (unsigned: what is signed is checked elsewhere).</summary>
public sealed class QeIdentityTests
{
    private const string Attributes = "11000000000000000000000000000000", Mask = "FBFFFFFFFFFFFFFF0000000000000000";

    [Theory]
    [InlineData(6, TcbStatus.UpToDate)]
    [InlineData(4, TcbStatus.UpToDate)]
    [InlineData(3, TcbStatus.OutOfDate)]
    public void The_first_level_that_is_reached_counts(byte version, TcbStatus status) =>
        Assert.Equal(status, Identity().Judge(Report(b => b[0x102] = version)).Status);

    [Fact]
    public void A_version_below_every_level_is_unsupported() =>
        Assert.Equal(TdxRefusals.TcbUnsupported, Assert.Throws<RefusedException>(() => Identity().Judge(Report(b => b[0x102] = 1))).Code);

    [Theory]
    [InlineData(0x80)] // signer
    [InlineData(0x9F)]
    [InlineData(0x100)] // product
    [InlineData(0x101)]
    [InlineData(0x10)] // miscselect
    [InlineData(0x13)]
    [InlineData(0x30)] // attributes
    [InlineData(0x37)]
    public void Another_enclave_is_refused(int offset) =>
        Assert.Equal(TdxRefusals.QeIdentity, Assert.Throws<RefusedException>(() => Identity().Judge(Report(b => b[offset] ^= 1))).Code);

    [Theory]
    [InlineData(0x30, 4)]
    [InlineData(0x38, 1)]
    public void Bits_outside_of_the_mask_do_not_count(int offset, byte bit) => Assert.NotNull(Identity().Judge(Report(b => b[offset] ^= bit)));

    [Theory]
    [InlineData("TD_QE\",\"version\":2", "QE\",\"version\":2")]
    [InlineData("\"version\":2", "\"version\":1")]
    [InlineData("\"isvprodid\":2", "\"isvprodid\":\"2\"")]
    [InlineData("\"miscselect\":\"00000000\"", "\"miscselect\":\"0000\"")]
    [InlineData("UpToDate", "Fine")]
    [InlineData("2025-06-19T10:32:27Z", "2025-06-19 10:32:27")]
    public void Whatever_is_not_such_an_identity_is_malformed(string old, string replacement)
    {
        Assert.Contains(old, Text, StringComparison.Ordinal);
        var refused = Assert.Throws<RefusedException>(() => Identity(Text.Replace(old, replacement, StringComparison.Ordinal)));
        Assert.Equal(TdxRefusals.CollateralMalformed, refused.Code);
    }

    private static string Text { get; } = $$"""
        {"id":"TD_QE","version":2,"issueDate":"2025-06-19T10:32:27Z","nextUpdate":"2025-07-19T10:32:27Z","tcbEvaluationDataNumber":17,
        "miscselect":"00000000","miscselectMask":"FFFFFFFF","attributes":"{{Attributes}}","attributesMask":"{{Mask}}","mrsigner":"{{new string('D', 64)}}","isvprodid":2,
        "tcbLevels":[{"tcb":{"isvsvn":4},"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"},{"tcb":{"isvsvn":2},"tcbDate":"2023-03-13T00:00:00Z","tcbStatus":"OutOfDate"}]}
        """;

    internal static QeIdentity Identity(string? text = null) => new(new SignedJson(Encoding.UTF8.GetBytes(text ?? Text), new byte[64]));

    internal static QeReport Report(Action<byte[]> change)
    {
        var bytes = new byte[QeReport.Length];
        bytes[0x30] = 0x11;
        bytes.AsSpan(0x80, 32).Fill(0xDD);
        (bytes[0x100], bytes[0x102]) = (2, 4);
        change(bytes);
        return new QeReport(bytes, new byte[64], []);
    }
}
