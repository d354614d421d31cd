using System.Security.Cryptography;
using System.Text;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>The chain in a quote is PEM in its strict form only.</summary>
public sealed class PemChainTests
{
    private static readonly byte[] First = [.. Enumerable.Range(0, 100).Select(i => (byte)i)], Second = [7, 8, 9];

    private static string Text { get; } = PemEncoding.WriteString("CERTIFICATE", First) + "\n" + PemEncoding.WriteString("CERTIFICATE", Second) + "\n";

    [Fact]
    public void Usual_line_ends_and_zeros_at_the_end_are_read()
    {
        foreach (var text in (string[])[Text, Text + "\0", Text + "\0\0\0", Text.TrimEnd('\n') + "\0", Text.TrimEnd('\n'), Text.Replace("\n", "\r\n", StringComparison.Ordinal), Text.Replace("-----\n-----", "-----\n\n-----", StringComparison.Ordinal)])
            Assert.Equal([First, Second], PemChain.Read(Encoding.ASCII.GetBytes(text)));
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE----- \n")]
    [InlineData("-----BEGIN", "x\n-----BEGIN")]
    [InlineData("-----BEGIN CERTIFICATE-----", "-----BEGIN X509 CRL-----")]
    [InlineData("-----END CERTIFICATE-----", "")]
    [InlineData("AAEC", "AA\nEC")]
    [InlineData("AAEC", "AA EC")]
    [InlineData("AAEC", "AA\u000BEC")]
    [InlineData("BwgJ", "BwgJ=")]
    [InlineData("BwgJ", "Bwh=")]
    [InlineData("-----END CERTIFICATE-----\n", "-----END CERTIFICATE-----\n\0\n")]
    public void Anything_else_is_refused(string old, string replacement)
    {
        Assert.Contains(old, Text, StringComparison.Ordinal);
        var text = Encoding.Latin1.GetBytes(Text.Replace(old, replacement, StringComparison.Ordinal));
        Assert.Equal(TdxRefusals.Chain, Assert.Throws<RefusedException>(() => PemChain.Read(text)).Code);
    }

    [Fact]
    public void None_and_too_many_are_refused()
    {
        Assert.Throws<RefusedException>(() => PemChain.Read([]));
        Assert.Throws<RefusedException>(() => PemChain.Read(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Text, 5)))));
    }
}
