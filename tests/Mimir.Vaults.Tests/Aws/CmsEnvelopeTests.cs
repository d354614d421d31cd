using System.Security.Cryptography;
using CsCheck;
using Mimir.Vaults.Aws;

namespace Mimir.Vaults.Tests.Aws;

public sealed class CmsEnvelopeTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private readonly RSA _key = RSA.Create(2048);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void What_OpenSSL_wrote_opens()
    {
        using var reader = new StreamReader(typeof(CmsEnvelopeTests).Assembly.GetManifestResourceStream("openssl-oaep.txt")!);
        var text = reader.ReadToEnd();
        using var key = RSA.Create();
        var cms = text[text.IndexOf("-----BEGIN CMS", StringComparison.Ordinal)..];
        key.ImportFromPem(text.AsSpan(0, text.Length - cms.Length));
        var message = Convert.FromBase64String(cms.AsSpan()[PemEncoding.Find(cms).Base64Data].ToString());
        Assert.Equal(Enumerable.Repeat((byte)'K', 32), CmsEnvelope.Open(key, message));
        Assert.Null(CmsEnvelope.Open(_key, message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_kinds_of_lengths_open(bool indefinite) =>
        Assert.Equal(Content, CmsEnvelope.Open(_key, new EnvelopeWriter { IndefiniteLengths = indefinite }.Seal(_key, Content)));

    [Fact]
    public void Other_algorithms_and_trailing_bytes_are_refused()
    {
        foreach (var writer in new EnvelopeWriter[]
        {
            new() { Hash = "06052b0e03021a" }, new() { MaskHash = "06052b0e03021a" }, new() { ContentCipher = "0609608648016503040102" }, new() { TrailingByte = true },
        })
            Assert.Null(CmsEnvelope.Open(_key, writer.Seal(_key, Content)));
    }

    /// <summary>CBC is malleable: an altered ciphertext may open to something else, but never crashes and never to the same content.</summary>
    [Fact]
    public void Altered_and_cut_messages_do_not_open_to_the_content()
    {
        var message = new EnvelopeWriter().Seal(_key, Content);
        for (var at = 0; at < message.Length; at++)
        {
            Assert.Null(CmsEnvelope.Open(_key, message.AsMemory(0, at)));
            // The recipient's identifier and the versions 0 and 2 say nothing that matters.
            if (at is >= 20 and < 70) continue;
            var altered = message.ToArray();
            altered[at] ^= (byte)(1 << at % 8);
            var opened = CmsEnvelope.Open(_key, altered);
            Assert.True(opened is null || !opened.SequenceEqual(Content), $"byte {at}");
        }
    }

    [Fact]
    public void Any_bytes_are_refused_without_a_crash() =>
        Gen.Byte.Array[0, 300].Sample(bytes => CmsEnvelope.Open(_key, bytes) is null, iter: 2000);
}
