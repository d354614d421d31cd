using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mimir.Spdz;
using Mimir.Spdz.Sessions;

namespace Mimir.Transport.Sessions;

/// <summary>The plaintexts inside sealed envelopes. Field elements are 8-byte doubles, little-endian; whether they are canonical the engine checks.</summary>
public static class SealedPayloads
{
    private const int DigestBytes = 32;
    private const int MaxCoinBytes = 64;
    private const int KeyBytes = 32;

    /// <summary>Masks for a client, bound to the session's description, and the keys of its logits' masks (one per party, or none).</summary>
    public static byte[] WriteMasks(ReadOnlySpan<byte> digest, ReadOnlySpan<double> masks, byte[][] logitsKeys) =>
        [.. digest, .. logitsKeys.SelectMany(k => k), .. MemoryMarshal.AsBytes(masks)];

    /// <summary>Reads <see cref="WriteMasks"/> with <paramref name="keys"/> keys.</summary>
    /// <exception cref="MalformedMessageException">Another description, or no whole number of elements.</exception>
    public static (double[] Masks, byte[][] LogitsKeys) ReadMasks(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> digest, int keys)
    {
        if (payload.Length < DigestBytes + keys * KeyBytes) throw new MalformedMessageException("the Triple Service sent something that is no masks");
        RequireDigest(payload[..DigestBytes], digest, "the Triple Service");
        payload = payload[DigestBytes..];
        var logitsKeys = new byte[keys][];
        for (var i = 0; i < keys; i++) logitsKeys[i] = payload.Slice(i * KeyBytes, KeyBytes).ToArray();
        return (Elements(payload[(keys * KeyBytes)..], "the Triple Service"), logitsKeys);
    }

    /// <summary>A client's masked inputs of one segment or run.</summary>
    public static byte[] WriteInputs(int segment, MaskedInputs inputs)
    {
        var payload = new byte[8 + inputs.Values.Length * sizeof(double)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, segment);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), inputs.Accepted);
        MemoryMarshal.AsBytes(inputs.Values.AsSpan()).CopyTo(payload.AsSpan(8));
        return payload;
    }

    /// <summary>Reads <see cref="WriteInputs"/>.</summary>
    /// <exception cref="MalformedMessageException">Too short, or no whole number of elements.</exception>
    public static (int Segment, MaskedInputs Inputs) ReadInputs(ReadOnlySpan<byte> payload, string sender)
    {
        if (payload.Length < 8) throw new MalformedMessageException($"{sender} sent something that is no prompt segment");
        return (BinaryPrimitives.ReadInt32LittleEndian(payload), new MaskedInputs(BinaryPrimitives.ReadInt32LittleEndian(payload[4..]), Elements(payload[8..], sender)));
    }

    /// <summary>A party's proof of a client's masks.</summary>
    public static byte[] WriteProof(MaskProof proof)
    {
        var payload = new byte[sizeof(double) + proof.Coin.Length];
        BinaryPrimitives.WriteDoubleLittleEndian(payload, proof.Combination);
        proof.Coin.CopyTo(payload, sizeof(double));
        return payload;
    }

    /// <summary>Reads <see cref="WriteProof"/>.</summary>
    /// <exception cref="MalformedMessageException">The length is none of a proof's.</exception>
    public static MaskProof ReadProof(ReadOnlySpan<byte> payload, string sender)
    {
        if (payload.Length is <= sizeof(double) or > sizeof(double) + MaxCoinBytes) throw new MalformedMessageException($"{sender} sent something that is no mask proof");
        return new MaskProof(payload[sizeof(double)..].ToArray(), BinaryPrimitives.ReadDoubleLittleEndian(payload));
    }

    /// <summary>One masked output: an element, or logits.</summary>
    public static byte[] WriteOutput(ReadOnlySpan<double> values) => MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>Reads <see cref="WriteOutput"/> of <paramref name="count"/> elements.</summary>
    /// <exception cref="MalformedMessageException">Another number of elements.</exception>
    public static double[] ReadOutput(ReadOnlySpan<byte> payload, int count, string sender) => payload.Length == count * sizeof(double)
        ? Elements(payload, sender)
        : throw new MalformedMessageException($"{sender} sent something that is no output");

    /// <summary>Compares the digest that a peer sent with that of the description this process has.</summary>
    /// <exception cref="MalformedMessageException">They differ.</exception>
    public static void RequireDigest(ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> mine, string sender)
    {
        if (!theirs.SequenceEqual(mine))
            throw new MalformedMessageException($"{sender} was given another description than this process: the coordinator told different things to different members");
    }

    private static double[] Elements(ReadOnlySpan<byte> bytes, string sender) => bytes.Length % sizeof(double) == 0
        ? MemoryMarshal.Cast<byte, double>(bytes).ToArray()
        : throw new MalformedMessageException($"{sender} sent {bytes.Length} bytes where whole field elements are due");
}
