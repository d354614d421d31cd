using System.Formats.Cbor;

namespace Mimir.Trust.Attestation.Nitro;

/// <summary>
/// The payload of a Nitro attestation document, within the limits that AWS states. Nothing is verified yet.
/// Source: aws-nitro-enclaves-nsm-api, docs/attestation_process.md, section 3.1.
/// </summary>
internal sealed class NitroDocument
{
    private const int MostPcrs = 32, LongestCertificate = 1024, LongestKey = 1024, LongestData = 512, MostCertificates = 16, LongestName = 256;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, byte[]> _pcrs = [];
    private readonly List<byte[]> _bundle = [];

    private NitroDocument()
    {
    }

    /// <summary>The enclave's name: instance and enclave identifier.</summary>
    public string ModuleId { get; private set; } = "";

    /// <summary>The hash of the registers: SHA256, SHA384 or SHA512.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>When the document was made, to the millisecond.</summary>
    public DateTimeOffset Timestamp { get; private set; }

    /// <summary>The registers that are locked, by index.</summary>
    public IReadOnlyDictionary<int, byte[]> Pcrs => _pcrs;

    /// <summary>The leaf, DER, whose key signs the document.</summary>
    public byte[] Certificate { get; private set; } = [];

    /// <summary>The other certificates, DER, root first.</summary>
    public IReadOnlyList<byte[]> Bundle => _bundle;

    /// <summary>A key that the enclave chose, or null.</summary>
    public byte[]? PublicKey { get; private set; }

    /// <summary>Data that the enclave chose, or null.</summary>
    public byte[]? UserData { get; private set; }

    /// <summary>The asker's nonce, or null.</summary>
    public byte[]? Nonce { get; private set; }

    /// <summary>Reads <paramref name="payload"/>.</summary>
    /// <exception cref="RefusedException">Not that structure, an unknown or missing field, or a limit exceeded.</exception>
    public static NitroDocument Parse(ReadOnlyMemory<byte> payload) => Cbor.Read(payload, reader =>
    {
        var document = new NitroDocument();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap) document.Field(reader);
        reader.ReadEndMap();
        document.CheckComplete();
        return document;
    });

    private void Field(CborReader reader)
    {
        var name = reader.ReadTextString();
        if (!_seen.Add(name)) throw Cbor.Malformed("The document has a field twice.");
        switch (name)
        {
            case "module_id": ModuleId = Text(reader, name); break;
            case "digest": Digest = Text(reader, name); break;
            case "timestamp": Timestamp = Instant(reader.ReadUInt64()); break;
            case "pcrs": ReadPcrs(reader); break;
            case "certificate": Certificate = Bytes(reader, name, 1, LongestCertificate); break;
            case "cabundle": ReadBundle(reader); break;
            case "public_key": PublicKey = OptionalBytes(reader, name, 1, LongestKey); break;
            case "user_data": UserData = OptionalBytes(reader, name, 0, LongestData); break;
            case "nonce": Nonce = OptionalBytes(reader, name, 0, LongestData); break;
            default: throw Cbor.Malformed("The document has a field that is not known.");
        }
    }

    private void CheckComplete()
    {
        foreach (var name in (string[])["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"])
            if (!_seen.Contains(name)) throw Cbor.Malformed($"The document lacks {name}.");
        var length = Digest switch { "SHA256" => 32, "SHA384" => 48, "SHA512" => 64, _ => throw Cbor.Malformed("The document's digest is not SHA256, SHA384 or SHA512.") };
        if (_pcrs.Values.Any(value => value.Length != length)) throw Cbor.Malformed($"A register does not have the {length} bytes of {Digest}.");
    }

    private void ReadPcrs(CborReader reader)
    {
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var index = reader.ReadUInt32();
            if (index >= MostPcrs) throw Cbor.Malformed($"The document has a register {index}; {MostPcrs - 1} is the last.");
            if (!_pcrs.TryAdd((int)index, Bytes(reader, "pcrs", 32, 64))) throw Cbor.Malformed($"The document has register {index} twice.");
        }

        reader.ReadEndMap();
        if (_pcrs.Count == 0) throw Cbor.Malformed("The document has no registers.");
    }

    private void ReadBundle(CborReader reader)
    {
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            if (_bundle.Count == MostCertificates) throw Cbor.Malformed($"The document has more than {MostCertificates} certificates.");
            _bundle.Add(Bytes(reader, "cabundle", 1, LongestCertificate));
        }

        reader.ReadEndArray();
        if (_bundle.Count == 0) throw Cbor.Malformed("The document's cabundle is empty.");
    }

    private static string Text(CborReader reader, string name)
    {
        var text = reader.ReadTextString();
        return text.Length is >= 1 and <= LongestName && !text.Any(char.IsControl) ? text : throw Cbor.Malformed($"{name} is empty, too long or not plain text.");
    }

    private static DateTimeOffset Instant(ulong milliseconds) => milliseconds is > 0 and < 253402300800000
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
        : throw Cbor.Malformed("The document's timestamp is not an instant.");

    private static byte[]? OptionalBytes(CborReader reader, string name, int shortest, int longest)
    {
        if (reader.PeekState() != CborReaderState.Null) return Bytes(reader, name, shortest, longest);
        reader.ReadNull();
        return null;
    }

    private static byte[] Bytes(CborReader reader, string name, int shortest, int longest)
    {
        var bytes = reader.ReadByteString();
        return bytes.Length >= shortest && bytes.Length <= longest ? bytes : throw Cbor.Malformed($"{name} has {bytes.Length} bytes; {shortest} to {longest} are allowed.");
    }
}
