using System.Formats.Cbor;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Nitro;

namespace Mimir.Trust.Tests.Attestation.Nitro;

/// <summary>The payload's structure and the limit of each field.</summary>
public sealed class NitroDocumentTests
{
    public static TheoryData<string> Names => ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_payload_is_read_in_both_forms_of_map(bool indefinite)
    {
        var document = NitroDocument.Parse(new NitroPayload { Indefinite = indefinite }.Encode());
        Assert.Equal("i-0-enc1", document.ModuleId);
        Assert.Equal(1_700_000_000_123, document.Timestamp.ToUnixTimeMilliseconds());
        Assert.Equal([0, 1], document.Pcrs.Keys);
        Assert.Null(document.PublicKey);
        Assert.Equal([], document.UserData!);
        Assert.Equal([7], document.Nonce!);
    }

    [Fact]
    public void Optional_fields_may_be_absent()
    {
        var document = NitroDocument.Parse(new NitroPayload().Without("public_key").Without("user_data").Without("nonce").Encode());
        Assert.Null(document.PublicKey);
        Assert.Null(document.UserData);
        Assert.Null(document.Nonce);
    }

    [Fact]
    public void Every_field_is_accepted_up_to_its_limit()
    {
        Accepted("public_key", w => w.WriteByteString(new byte[1024]));
        Accepted("user_data", w => w.WriteByteString(new byte[512]));
        Accepted("nonce", w => w.WriteByteString(new byte[512]));
        Accepted("certificate", w => w.WriteByteString(new byte[1024]));
        Accepted("cabundle", w => NitroPayload.Bundle(w, 3, 1024));
        Accepted("pcrs", w => NitroPayload.Pcrs(w, [.. Enumerable.Range(0, 32).Select(i => (i, 48))]));
        NitroDocument.Parse(new NitroPayload().With("digest", w => w.WriteTextString("SHA256")).With("pcrs", w => NitroPayload.Pcrs(w, (0, 32))).Encode());
        NitroDocument.Parse(new NitroPayload().With("digest", w => w.WriteTextString("SHA512")).With("pcrs", w => NitroPayload.Pcrs(w, (0, 64))).Encode());
    }

    [Fact]
    public void Whatever_exceeds_a_limit_or_has_another_type_is_refused()
    {
        Refused("public_key", w => w.WriteByteString(new byte[1025]));
        Refused("public_key", w => w.WriteByteString([]));
        Refused("public_key", w => w.WriteTextString("key"));
        Refused("user_data", w => w.WriteByteString(new byte[513]));
        Refused("nonce", w => w.WriteByteString(new byte[513]));
        Refused("certificate", w => w.WriteByteString(new byte[1025]));
        Refused("certificate", w => w.WriteByteString([]));
        Refused("certificate", w => w.WriteNull());
        Refused("cabundle", w => NitroPayload.Bundle(w, 0));
        Refused("cabundle", w => NitroPayload.Bundle(w, 17));
        Refused("cabundle", w => NitroPayload.Bundle(w, 1, 1025));
        Refused("pcrs", w => NitroPayload.Pcrs(w));
        Refused("pcrs", w => NitroPayload.Pcrs(w, (32, 48)));
        Refused("pcrs", w => NitroPayload.Pcrs(w, (-1, 48)));
        Refused("pcrs", w => NitroPayload.Pcrs(w, (0, 32)));
        Refused("pcrs", w => NitroPayload.Pcrs(w, (0, 48), (1, 64)));
        Refused("pcrs", w => NitroPayload.Pcrs(w, (0, 48), (0, 48)));
        Refused("digest", w => w.WriteTextString("SHA1"));
        Refused("module_id", w => w.WriteTextString(""));
        Refused("module_id", w => w.WriteTextString("a\nb"));
        Refused("module_id", w => w.WriteTextString(new string('a', 257)));
        Refused("timestamp", w => w.WriteUInt64(0));
        Refused("timestamp", w => w.WriteUInt64(ulong.MaxValue));
        Refused("timestamp", w => w.WriteInt32(-1));
        Refused("extra", w => w.WriteNull());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_required_field_is_required_once(string name)
    {
        Refused(new NitroPayload().Without(name));
        Refused(new NitroPayload().Twice(name));
    }

    [Fact]
    public void Bytes_after_the_payload_are_refused() => Assert.Equal(
        "nitro.trailing-bytes", Assert.Throws<RefusedException>(() => NitroDocument.Parse((byte[])[.. new NitroPayload().Encode(), 0])).Code);

    private static void Accepted(string name, Action<CborWriter> value) => NitroDocument.Parse(new NitroPayload().With(name, value).Encode());

    private static void Refused(string name, Action<CborWriter> value) => Refused(new NitroPayload().With(name, value));

    private static void Refused(NitroPayload payload) =>
        Assert.Equal("nitro.malformed", Assert.Throws<RefusedException>(() => NitroDocument.Parse(payload.Encode())).Code);
}
