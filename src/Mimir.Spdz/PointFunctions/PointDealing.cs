using System.Runtime.Intrinsics;
using Mimir.Numerics.Threads;

namespace Mimir.Spdz.PointFunctions;

/// <summary>Several batches of keys, made side by side by as many threads as there are <see cref="PointDealer"/>s; see there for what each span holds.</summary>
internal readonly ref struct PointDealing : IPartedWork
{
    private readonly PointDealer[] _dealers;
    private readonly PointShape _shape;
    private readonly ReadOnlySpan<Vector128<byte>> _first;
    private readonly ReadOnlySpan<Vector128<byte>> _second;
    private readonly ReadOnlySpan<double> _masks;
    private readonly ReadOnlySpan<double> _payload;
    private readonly bool _active;
    private readonly double _alpha;
    private readonly Span<Vector128<byte>> _words;
    private readonly Span<double> _elements;

    private PointDealing(
        PointDealer[] dealers, PointShape shape, ReadOnlySpan<Vector128<byte>> first, ReadOnlySpan<Vector128<byte>> second, ReadOnlySpan<double> masks,
        ReadOnlySpan<double> payload, bool active, double alpha, Span<Vector128<byte>> words, Span<double> elements)
    {
        (_dealers, _shape, _active, _alpha) = (dealers, shape, active, alpha);
        _first = first;
        _second = second;
        _masks = masks;
        _payload = payload;
        _words = words;
        _elements = elements;
    }

    /// <summary>At most one batch a dealer.</summary>
    public static void Deal(
        PointDealer[] dealers, PointShape shape, ReadOnlySpan<Vector128<byte>> first, ReadOnlySpan<Vector128<byte>> second, ReadOnlySpan<double> masks,
        ReadOnlySpan<double> payload, bool active, double alpha, Span<Vector128<byte>> words, Span<double> elements)
    {
        PointDealing work = new(dealers, shape, first, second, masks, payload, active, alpha, words, elements);
        ThreadTeam.Shared.Run(ref work, (masks.Length + PointShape.BatchKeys - 1) / PointShape.BatchKeys);
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        var at = part * PointShape.BatchKeys;
        var count = Math.Min(PointShape.BatchKeys, _masks.Length - at);
        _dealers[part].Deal(
            _shape, _first.Slice(at, count), _second.Slice(at, count), _masks.Slice(at, count), _payload.Slice(at * _shape.Planes, count * _shape.Planes), _active, _alpha,
            _words.Slice((int)_shape.Words(at), (int)_shape.Words(count)), _elements.Slice((int)_shape.Elements(at, _active), (int)_shape.Elements(count, _active)));
    }
}
