using System.Formats.Cbor;
using CsCheck;
using Mimir.Services.Attesting;
using Mimir.Services.Attesting.Nitro;
using Mimir.Trust.Attestation;

namespace Mimir.Services.Tests.Attesting;

/// <summary>The Nitro module's messages, with the device played here.</summary>
public sealed class NitroProducerTests
{
    private static readonly EvidenceBinding Binding = EvidenceBinding.Of([1, 2], [3, 4, 5], "p0"u8, [4]);

    [Fact]
    public async Task The_request_names_nonce_key_and_binding_and_the_document_comes_back()
    {
        var device = new Device(request =>
        {
            var reader = new CborReader(request.ToArray(), CborConformanceMode.Canonical);
            Assert.Equal(1, reader.ReadStartMap());
            Assert.Equal("Attestation", reader.ReadTextString());
            var fields = new Dictionary<string, byte[]>();
            var count = reader.ReadStartMap();
            for (var i = 0; i < count; i++) fields.Add(reader.ReadTextString(), reader.ReadByteString());
            Assert.Equal(Binding.Nonce.ToArray(), fields["nonce"]);
            Assert.Equal(Binding.PublicKeyInfo.ToArray(), fields["public_key"]);
            Assert.Equal(Binding.Sha512.ToArray(), fields["user_data"]);
            return Answer("Attestation", w =>
            {
                w.WriteStartMap(1);
                w.WriteTextString("document");
                w.WriteByteString([9, 8, 7]);
                w.WriteEndMap();
            });
        });
        var evidence = await new NitroProducer(device).ProduceAsync(Binding, TestContext.Current.CancellationToken);
        Assert.Equal(EvidenceKind.Nitro, evidence.Kind);
        Assert.Equal([9, 8, 7], evidence.Body.ToArray());
    }

    [Fact]
    public void An_error_is_named()
    {
        var refused = Assert.Throws<AttestingException>(() => NitroMessages.ReadDocument(Answer("Error", w => w.WriteTextString("InvalidOperation"))));
        Assert.Contains("InvalidOperation", refused.Message);
        Assert.Throws<AttestingException>(() => NitroMessages.ReadDocument(Answer("LockPCR", w => w.WriteNull())));
    }

    [Fact]
    public void Any_other_bytes_are_refused() => Gen.Byte.Array[0, 60].Sample(
        bytes => { Assert.Throws<AttestingException>(() => NitroMessages.ReadDocument(bytes)); }, seed: "0000KOIPe036", iter: 2000);

    [Fact]
    public void Without_the_device_there_is_one_line() =>
        Assert.Contains("/dev/no-such-nsm", Assert.Throws<AttestingException>(() => new NitroDevice("/dev/no-such-nsm").Exchange([1])).Message);

    private static byte[] Answer(string kind, Action<CborWriter> content)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString(kind);
        content(writer);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private sealed class Device(Func<ReadOnlySpan<byte>, byte[]> exchange) : INitroDevice
    {
        public byte[] Exchange(ReadOnlySpan<byte> request) => exchange(request);
    }
}
