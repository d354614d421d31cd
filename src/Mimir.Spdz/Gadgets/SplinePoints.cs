using Mimir.Numerics.Threads;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// The two-party form of <see cref="Spline"/>. A piece of level ℓ is a node of the mask's tree, and carries the level's planes where R lies in it. Because all levels
/// share R, exactly one of the coarser pieces outside the inner ones, and the finer pieces inside them, has numbers other than zero: f(x) is the sum over all
/// of them, and nothing needs to be selected. Which nodes are grown and converted depends on the opened c only: those whose pieces the function is not zero on.
/// </summary>
internal static class SplinePoints
{
    private const int SideBySide = 16;

    /// <summary>One key a mask.</summary>
    public static void Deal(DealingTape tape, ReadOnlySpan<double> r, SplineFunction function)
    {
        var planes = function.Keys.Planes;
        using var payload = new Secret(Math.Min(r.Length, PointShape.DealtKeys) * planes);
        for (var at = 0; at < r.Length; at += PointShape.DealtKeys)
        {
            var masks = r.Slice(at, Math.Min(PointShape.DealtKeys, r.Length - at));
            var parts = PointBatches.Parts(masks.Length);
            Tabulation work = new(function, masks, payload.Span, parts);
            ThreadTeam.Shared.Run(ref work, parts);
            tape.Points(function.Keys, masks, payload.Span[..(masks.Length * planes)]);
        }
    }

    /// <summary>The payloads of some masks.</summary>
    private readonly ref struct Tabulation(SplineFunction function, ReadOnlySpan<double> masks, Span<double> payload, int parts) : IPartedWork
    {
        private readonly ReadOnlySpan<double> _masks = masks;
        private readonly Span<double> _payload = payload;

        public void Run(int part)
        {
            var planes = function.Keys.Planes;
            for (int e = ThreadTeam.Start(part, parts, _masks.Length, 1), end = ThreadTeam.Start(part + 1, parts, _masks.Length, 1); e < end; e++)
            {
                var entries = _payload.Slice(e * planes, planes);
                for (var l = function.Levels.Count - 1; l >= 0; l--)
                {
                    function.Kernels[l].Entries(unchecked((long)_masks[e]), entries);
                    entries = entries[function.Kernels[l].Planes..];
                }
            }
        }
    }

    /// <summary>f(x) from the opened c. Local.</summary>
    public static Share Finish(PartyStep step, Opened c, SplineFunction function)
    {
        var party = step.Party;
        var result = party.Rent(c.Length);
        var widest = WidestLevel(function);
        var parts = PointBatches.Parts(c.Length);
        var scratch = party.Workspace.Rent(parts * PointTree.ScratchElements(SideBySide, widest)).Span;
        var combinations = party.Workspace.Rent(parts * SideBySide * SplineKernel.Stride(widest + PointSum.Lanes) * MostPlanes(function)).Span;
        Evaluation work = new(party, step.Tape.Points(function.Keys, c.Length), c.Values.Span, function, scratch, combinations, result, parts);
        ThreadTeam.Shared.Run(ref work, parts);
        return result;
    }

    /// <summary>Some batches of keys.</summary>
    private readonly ref struct Evaluation(
        Party party, PointBatches batches, ReadOnlySpan<double> c, SplineFunction function, Span<double> scratch, Span<double> combinations, Share result, int parts)
        : IPartedWork
    {
        private readonly PointBatches _batches = batches;
        private readonly ReadOnlySpan<double> _c = c;
        private readonly Span<double> _scratch = scratch;
        private readonly Span<double> _combinations = combinations;

        public void Run(int part)
        {
            int room = _scratch.Length / parts, places = _combinations.Length / parts;
            Span<double> scratch = _scratch.Slice(part * room, room), combinations = _combinations.Slice(part * places, places);
            Span<PointSum> sums = stackalloc PointSum[SideBySide];
            for (int at = _batches.Start(part, parts), end = _batches.Start(part + 1, parts); at < end; at += PointShape.BatchKeys)
            {
                var keys = _batches.From(at);
                for (var first = 0; first < keys.Count; first += SideBySide)
                {
                    var count = Math.Min(SideBySide, keys.Count - first);
                    sums.Clear();
                    var tree = new PointTree(keys, first, count, scratch);
                    Evaluate(ref tree, _c.Slice(at + first, count), function, combinations, sums);
                    for (var k = 0; k < count; k++)
                    {
                        var (value, mac) = sums[k].Finish(party.Index);
                        result.Value.Span[at + first + k] = value;
                        if (party.Active) result.Mac.Span[at + first + k] = mac;
                    }
                }
            }
            sums.Clear();
        }
    }

    private static void Evaluate(
        ref PointTree tree, scoped ReadOnlySpan<double> c, SplineFunction function, scoped Span<double> combinations, scoped Span<PointSum> sums)
    {
        Span<Window> windows = stackalloc Window[SideBySide];
        Span<int> starts = stackalloc int[SideBySide], counts = stackalloc int[SideBySide];
        windows = windows[..c.Length];
        var plane = 0;
        for (var l = function.Kernels.Length - 1; ; l--)
        {
            var kernel = function.Kernels[l];
            var coarsest = l == function.Kernels.Length - 1;
            for (var k = 0; k < c.Length; k++)
            {
                var (first, place) = FirstPiece(function, l, unchecked((long)c[k]));
                // The coarsest level's nodes are a circle; those of a finer one are numbered from the first child of the first that was kept.
                windows[k] = coarsest
                    ? new(kernel.Grown.Last, kernel.Grown.Count, place)
                    : new Window(first, function.Kernels[l + 1].InnerCount << (function.Kernels[l + 1].WidthBits - kernel.WidthBits), place).Within(kernel.Grown);
                (starts[k], counts[k]) = ((first - windows[k].Piece) & (coarsest ? kernel.Pieces - 1 : int.MaxValue), windows[k].Count);
            }
            tree.GrowTowards(function.DomainBits - kernel.WidthBits, starts[..c.Length], counts[..c.Length]);
            if (kernel.Planes > 0) Convert(ref tree, kernel, plane, windows, combinations, sums);
            if (l == 0) return;
            plane += kernel.Planes;
            for (var k = 0; k < c.Length; k++) starts[k] = windows[k].Piece - kernel.InnerLast;
            tree.Take(starts[..c.Length], kernel.InnerCount);
        }
    }

    /// <summary>A level's planes from number <paramref name="plane"/> of the key on.</summary>
    private static void Convert(
        ref PointTree tree, SplineKernel kernel, int plane, scoped ReadOnlySpan<Window> windows, scoped Span<double> combinations, scoped Span<PointSum> sums)
    {
        Span<int> starts = stackalloc int[SideBySide], counts = stackalloc int[SideBySide], places = stackalloc int[SideBySide], strides = stackalloc int[SideBySide];
        var room = combinations.Length / SideBySide;
        for (var k = 0; k < windows.Length; k++)
        {
            var used = windows[k].Within(kernel.Used);
            (starts[k], counts[k], places[k]) = (windows[k].Piece - used.Piece, used.Count, k * room);
            // Curved pieces may begin anywhere among those that are used.
            strides[k] = SplineKernel.Stride(used.Count + PointSum.Lanes - 1);
            kernel.Combination(used.Piece, used.Place, used.Count, strides[k], combinations.Slice(k * room, room));
        }
        tree.Choose(starts[..windows.Length], counts[..windows.Length]);
        for (var p = 0; p < kernel.Planes; p++)
        {
            if (p == kernel.StraightPlanes)
            {
                for (var k = 0; k < windows.Length; k++)
                {
                    var curved = windows[k].Within(kernel.Curved);
                    var start = windows[k].Piece - curved.Piece;
                    places[k] += curved.Count == 0 ? 0 : start - starts[k];
                    (starts[k], counts[k]) = (start, curved.Count);
                }
                tree.Choose(starts[..windows.Length], counts[..windows.Length]);
            }
            tree.Convert(plane + p);
            tree.Add(plane + p, combinations, places[..windows.Length], sums);
            for (var k = 0; k < windows.Length; k++) places[k] += strides[k];
        }
    }

    /// <summary>Neighbouring nodes of one key: the piece of the first, which counts down, how many they are, and c's place in its piece.</summary>
    private readonly record struct Window(int Piece, int Count, long Place)
    {
        /// <summary>Those whose pieces lie in <paramref name="range"/>; where there are none, none from the first on.</summary>
        public Window Within(PieceRange range)
        {
            var last = Math.Min(Piece, range.Last);
            var count = last - Math.Max(Piece - Count + 1, range.First) + 1;
            return count > 0 ? new(last, count, Place) : new(Piece, 0, Place);
        }
    }

    /// <summary>
    /// The piece that answers for the first node of level <paramref name="l"/> (the following nodes have the pieces below it), and c's place in its piece. On
    /// a finer level the first node is the first child of the coarser level's first inner node, whose piece is InnerLast.
    /// </summary>
    internal static (int Piece, long Place) FirstPiece(SplineFunction function, int l, long c)
    {
        var kernel = function.Kernels[l];
        var (piece, place) = kernel.Locate(c);
        if (l == function.Kernels.Length - 1) return ((int)(piece & (kernel.Pieces - 1)), place);
        var coarser = function.Kernels[l + 1];
        var children = 1 << (coarser.WidthBits - kernel.WidthBits);
        return (coarser.InnerCount * children + (int)(piece & (children - 1)), place);
    }

    private static int MostPlanes(SplineFunction function)
    {
        var most = 0;
        for (var l = 0; l < function.Levels.Count; l++) most = Math.Max(most, function.Levels[l].Planes.Count);
        return most;
    }

    private static int WidestLevel(SplineFunction function)
    {
        var widest = function.Levels[^1].Pieces;
        for (var l = 0; l < function.Levels.Count - 1; l++)
            widest = Math.Max(widest, function.Levels[l + 1].InnerCount << (function.Levels[l + 1].WidthBits - function.Levels[l].WidthBits));
        return widest;
    }
}
