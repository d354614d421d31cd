using Mimir.Numerics;

namespace Mimir.Spdz.Shares;

/// <summary>
/// What a share must know of its holder: which party, how many, the party's share of the MAC key, and where results are written.
/// </summary>
public sealed class Party
{
    internal delegate void BinaryKernel(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> destination);

    /// <summary>Party <paramref name="index"/> of <paramref name="count"/>; <paramref name="alpha"/> = α_i (unused when passive).</summary>
    public Party(int index, int count, bool active, double alpha, Workspace workspace)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        (Index, Count, Active, Alpha, Workspace) = (index, count, active, alpha, workspace);
    }

    /// <summary>This party's number.</summary>
    public int Index { get; }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>MACs on (active security) or off (semi-honest).</summary>
    public bool Active { get; }

    /// <summary>α_i. Secret.</summary>
    internal double Alpha { get; }

    /// <summary>Where the results of this step live.</summary>
    internal Workspace Workspace { get; }

    /// <summary>A new share with unspecified content.</summary>
    internal Share Rent(int length) => new(this, Workspace.Rent(length), Active ? Workspace.Rent(length) : default);

    /// <summary>A public vector as a share: party 0 holds it, the others zero; MAC α_i·y.</summary>
    internal Share Constant(Opened y)
    {
        var result = Rent(y.Length);
        if (Index == 0) y.Values.Span.CopyTo(result.Value.Span); else result.Value.Span.Clear();
        if (Active) FieldVector.Scale(y.Values.Span, Alpha, result.Mac.Span);
        return result;
    }

    /// <summary>The same share in memory of its own, outside the workspace.</summary>
    internal Share Persist(Share x) => new(this, x.Value.ToArray(), x.Mac.IsEmpty ? default : x.Mac.ToArray());

    internal Share Combine(Share x, Share y, BinaryKernel kernel)
    {
        RequireEqual(x.Length, y.Length);
        var result = Rent(x.Length);
        kernel(x.Value.Span, y.Value.Span, result.Value.Span);
        if (Active) kernel(x.Mac.Span, y.Mac.Span, result.Mac.Span);
        return result;
    }

    internal Share Combine(Share x, Opened y, BinaryKernel kernel)
    {
        RequireEqual(x.Length, y.Length);
        var result = Rent(x.Length);
        kernel(x.Value.Span, y.Values.Span, result.Value.Span);
        if (Active) kernel(x.Mac.Span, y.Values.Span, result.Mac.Span);
        return result;
    }

    internal Share AddPublic(Share x, Opened y)
    {
        RequireEqual(x.Length, y.Length);
        var result = Rent(x.Length);
        if (Index == 0) FieldVector.Add(x.Value.Span, y.Values.Span, result.Value.Span);
        else x.Value.Span.CopyTo(result.Value.Span);
        if (Active)
        {
            x.Mac.Span.CopyTo(result.Mac.Span);
            FieldVector.ScaleAdd(y.Values.Span, Alpha, result.Mac.Span);
        }
        return result;
    }

    /// <summary>x + s for every element, s public.</summary>
    internal Share AddScalar(Share x, double s)
    {
        var result = Rent(x.Length);
        if (Index == 0) FieldVector.AddScalar(x.Value.Span, s, result.Value.Span);
        else x.Value.Span.CopyTo(result.Value.Span);
        if (Active) FieldVector.AddScalar(x.Mac.Span, Field.Multiply(Alpha, s), result.Mac.Span);
        return result;
    }

    internal Share Scale(Share x, double s)
    {
        var result = Rent(x.Length);
        FieldVector.Scale(x.Value.Span, s, result.Value.Span);
        if (Active) FieldVector.Scale(x.Mac.Span, s, result.Mac.Span);
        return result;
    }

    /// <summary>Σ of each of <paramref name="rows"/> equal rows.</summary>
    internal Share SumRows(Share x, int rows)
    {
        var width = x.Length / rows;
        var result = Rent(rows);
        for (var r = 0; r < rows; r++)
        {
            result.Value.Span[r] = FieldVector.Sum(x.Value.Span.Slice(r * width, width));
            if (Active) result.Mac.Span[r] = FieldVector.Sum(x.Mac.Span.Slice(r * width, width));
        }
        return result;
    }

    /// <summary>Every element of <paramref name="x"/> repeated <paramref name="times"/> times in place.</summary>
    internal Share Repeat(Share x, int times)
    {
        var result = Rent(x.Length * times);
        for (var i = 0; i < x.Length; i++)
        {
            result.Value.Span.Slice(i * times, times).Fill(x.Value.Span[i]);
            if (Active) result.Mac.Span.Slice(i * times, times).Fill(x.Mac.Span[i]);
        }
        return result;
    }

    /// <summary>The parts one after another.</summary>
    internal Share Concat(params ReadOnlySpan<Share> parts)
    {
        var length = 0;
        foreach (var part in parts) length += part.Length;
        var result = Rent(length);
        var at = 0;
        foreach (var part in parts)
        {
            part.Value.Span.CopyTo(result.Value.Span[at..]);
            if (Active) part.Mac.Span.CopyTo(result.Mac.Span[at..]);
            at += part.Length;
        }
        return result;
    }

    private static void RequireEqual(int x, int y)
    {
        if (x != y) throw new ArgumentException($"shapes differ: {x} and {y} elements");
    }
}
