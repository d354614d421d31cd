using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Mimir.Fuzzing;

/// <summary>
/// Which branches inputs have taken, and how often, in assemblies that <see cref="Instrumentation"/> has rewritten; in others nothing counts and nothing is ever new.
/// </summary>
/// <remarks>The map is AFL's: a byte for every pair of branches taken one after the other, its counts in eight classes. Source: afl-fuzz, technical_details.txt, sections 1 and 2.</remarks>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;
    private readonly byte[] _seen = new byte[Size];

    /// <summary>Pairs of branches seen.</summary>
    public int Count { get; private set; }

    private static Span<byte> Counters => new(Trace.SharedMem, Size);

    /// <summary>Gives the assemblies their counters; before anything of theirs runs.</summary>
    public static void Attach()
    {
        if (Trace.SharedMem is null) Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(Size);
    }

    /// <summary>An input begins.</summary>
    public static void Begin()
    {
        Counters.Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>It ended. Whether it took a branch, or took one so often, as none before.</summary>
    public bool Learn()
    {
        var fresh = false;
        for (var at = 0; (at += Counters[at..].IndexOfAnyExcept((byte)0) is var next and >= 0 ? next : Size) < Size; at++)
        {
            var class_ = Class(Counters[at]);
            if ((_seen[at] & class_) != 0) continue;
            if (_seen[at] == 0) Count++;
            _seen[at] |= class_;
            fresh = true;
        }

        return fresh;
    }

    private static byte Class(byte count) => count switch { 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
}
