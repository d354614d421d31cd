using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// A confidential-computing event log (CCEL), whose events lead to the runtime registers: RTMR = SHA-384(RTMR ‖ digest) for each event in order, from zero.
/// Register index 1 to 4 in the log is RTMR0 to 3.  Source: TCG PC Client Platform Firmware Profile, section 10; UEFI 2.10, section 38.
/// </summary>
public static class EventLog
{
    private const int Registers = 4, DigestLength = 48, MostEvents = 64 * 1024, MostDigests = 8;
    private const uint NoAction = 3;
    private const ushort Sha384 = 0x000C;

    /// <summary>The four registers at the end of <paramref name="log"/>; what follows the last event must be all 0xFF or all zero.</summary>
    /// <exception cref="RefusedException">Malformed, or a register that TDX does not have.</exception>
    internal static byte[][] Replay(ReadOnlySpan<byte> log)
    {
        var rest = new EventReader(log);
        var sizes = Header(ref rest);
        var registers = new byte[Registers][];
        for (var i = 0; i < Registers; i++) registers[i] = new byte[DigestLength];
        for (var count = 0; !rest.IsPadding; count++)
        {
            if (count == MostEvents) throw Malformed("has too many events");
            var index = rest.UInt32();
            var type = rest.UInt32();
            var digest = Digest(ref rest, sizes);
            rest.Take(rest.UInt32());
            if (type == NoAction) continue;
            if (index is < 1 or > Registers) throw Malformed($"extends register {index}, which is none of RTMR0 to 3");
            SHA384.HashData([.. registers[index - 1], .. digest], registers[index - 1]);
        }

        return registers;
    }

    /// <summary>The first event, in the old form: states the digests' sizes.</summary>
    private static Dictionary<ushort, int> Header(ref EventReader rest)
    {
        rest.Take(4);
        if (rest.UInt32() != NoAction) throw Malformed("does not begin with its specification");
        rest.Take(20);
        var header = new EventReader(rest.Take(rest.UInt32()));
        if (!header.Take(16).SequenceEqual("Spec ID Event03\0"u8)) throw Malformed("is not of the specification 'Spec ID Event03'");
        header.Take(8);
        var count = header.UInt32();
        if (count is 0 or > MostDigests) throw Malformed("states no digest, or too many");
        var sizes = new Dictionary<ushort, int>();
        for (var i = 0; i < count; i++)
            if (!sizes.TryAdd(header.UInt16(), header.UInt16())) throw Malformed("states a digest twice");
        if (sizes.GetValueOrDefault(Sha384) != DigestLength) throw Malformed("has no SHA-384 digests");
        return sizes;
    }

    private static ReadOnlySpan<byte> Digest(ref EventReader rest, Dictionary<ushort, int> sizes)
    {
        ReadOnlySpan<byte> found = default;
        var count = rest.UInt32();
        if (count is 0 or > MostDigests) throw Malformed("has an event without digests, or with too many");
        for (var i = 0; i < count; i++)
        {
            var algorithm = rest.UInt16();
            if (!sizes.TryGetValue(algorithm, out var size)) throw Malformed("has an event with a digest that its header does not state");
            var digest = rest.Take(size);
            if (algorithm == Sha384) found = digest;
        }

        return found.Length == DigestLength ? found : throw Malformed("has an event without a SHA-384 digest");
    }

    private static RefusedException Malformed(string what) => new(TdxRefusals.EventLog, $"The event log {what}.");

    private ref struct EventReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool IsPadding => !_rest.ContainsAnyExcept((byte)0xFF) || !_rest.ContainsAnyExcept((byte)0);

        public ReadOnlySpan<byte> Take(long length)
        {
            if (length > _rest.Length) throw Malformed("ends within an event");
            var taken = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return taken;
        }

        public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }
}
