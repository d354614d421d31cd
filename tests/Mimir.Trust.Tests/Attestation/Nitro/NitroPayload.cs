using System.Formats.Cbor;

namespace Mimir.Trust.Tests.Attestation.Nitro;

/// <summary>Writes payloads of Nitro documents, with any field replaced, left out or added.</summary>
internal sealed class NitroPayload
{
    private readonly List<(string Name, Action<CborWriter> Value)> _fields =
    [
        ("module_id", w => w.WriteTextString("i-0-enc1")),
        ("digest", w => w.WriteTextString("SHA384")),
        ("timestamp", w => w.WriteUInt64(1_700_000_000_123)),
        ("pcrs", w => Pcrs(w, (0, 48), (1, 48))),
        ("certificate", w => w.WriteByteString([1])),
        ("cabundle", w => Bundle(w, 1)),
        ("public_key", w => w.WriteNull()),
        ("user_data", w => w.WriteByteString([])),
        ("nonce", w => w.WriteByteString([7])),
    ];

    public bool Indefinite { get; init; }

    public NitroPayload With(string name, Action<CborWriter> value)
    {
        var index = _fields.FindIndex(f => f.Name == name);
        if (index >= 0) _fields[index] = (name, value);
        else _fields.Add((name, value));
        return this;
    }

    public NitroPayload Twice(string name)
    {
        _fields.Add(_fields.Single(f => f.Name == name));
        return this;
    }

    public NitroPayload Without(string name)
    {
        _fields.RemoveAll(f => f.Name == name);
        return this;
    }

    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartMap(Indefinite ? null : _fields.Count);
        foreach (var (name, value) in _fields)
        {
            writer.WriteTextString(name);
            value(writer);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    public static void Pcrs(CborWriter writer, params (int Index, int Length)[] pcrs)
    {
        writer.WriteStartMap(pcrs.Length);
        foreach (var (index, length) in pcrs)
        {
            writer.WriteInt32(index);
            writer.WriteByteString(new byte[length]);
        }

        writer.WriteEndMap();
    }

    public static void Bundle(CborWriter writer, int count, int length = 1)
    {
        writer.WriteStartArray(count);
        for (var i = 0; i < count; i++) writer.WriteByteString(new byte[length]);
        writer.WriteEndArray();
    }
}
