using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.PointFunctions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// Several columns of a secret matrix at secret numbers: x: rows × G, G = 2^m, row-major; g: k numbers below G → z: k × rows, z_jb = x_b,g_j. The numbers become unit
/// vectors e_j as in <see cref="OneHot"/>; z_j = X·e_j with the matrix masked once: d = open(X − M), h = open(E − A), z = h·d + h·M + A·d + A·M, A·M dealt.
/// </summary>
/// <remarks>
/// Two rounds: k + rows·G, then k·G elements. The tuple A·M belongs to the step's section and is audited with it. Each party learns d, h and g + r, all uniform.
/// </remarks>
internal static class SecretRows
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int count, int rows, int columns)
    {
        using Secret r = new(count), m = new(rows * columns), a = new(count * columns), products = new(count * rows);
        tape.Uniform(r.Span);
        DealUnits(tape, r.Span, columns);
        tape.Uniform(m.Span);
        tape.Uniform(a.Span);
        for (var j = 0; j < count; j++)
            for (var b = 0; b < rows; b++)
                products.Span[j * rows + b] = FieldVector.Dot(a.Span.Slice(j * columns, columns), m.Span.Slice(b * columns, columns));
        tape.Authenticated(products.Span);
    }

    /// <summary>See the class.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share numbers, Share x, int columns)
    {
        var (count, rows) = (numbers.Length, x.Length / columns);
        var r = step.Tape.Uniform(count);
        var tables = Tables(step, count, columns);
        Share m = step.Tape.Uniform(x.Length), a = step.Tape.Uniform(count * columns), products = step.Tape.Authenticated(count * rows);
        var (c, d) = await step.Opener.OpenAsync(numbers + r, x - m, step.Cancellation);
        var units = step.Party.Rent(count * columns);
        Rotate(tables.Value.Span, c.Values.Span, units.Value.Span);
        if (step.Party.Active) Rotate(tables.Mac.Span, c.Values.Span, units.Mac.Span);
        var h = await step.Opener.OpenAsync(units - a, step.Cancellation);
        return Finish(step.Party, h, d, m, a, products, columns);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int count, int rows, int columns, int parties) =>
        new Cost(1, count + rows * columns, Uniform: count + (long)rows * columns)
        + new Cost(1, count * columns, Uniform: (long)count * columns, Authenticated: count * rows)
        + (parties == 2 ? Costs.Cost.Points(count, Shape(columns)) : new Cost(0, 0, Authenticated: (long)count * columns));

    private static PointShape Shape(int columns) => PointShape.OfLowBits(BitOperations.Log2((uint)columns));

    private static void DealUnits(DealingTape tape, ReadOnlySpan<double> r, int columns)
    {
        if (tape.Parties == 2)
        {
            using var ones = new Secret(r.Length);
            ones.Span.Fill(1);
            tape.Points(Shape(columns), r, ones.Span);
            return;
        }
        using var tables = new Secret(r.Length * columns);
        for (var e = 0; e < tables.Span.Length; e++) tables.Span[e] = ConstantTime.Equal(e % columns, (int)((long)r[e / columns] & (columns - 1)));
        tape.Authenticated(tables.Span);
    }

    /// <summary>⟦[v = r_j mod G]⟧ for every j and v.</summary>
    private static Share Tables(PartyStep step, int count, int columns)
    {
        if (step.Party.Count > 2) return step.Tape.Authenticated(count * columns);
        var tables = step.Party.Rent(count * columns);
        var batches = step.Tape.Points(Shape(columns), count);
        var scratch = step.Party.Workspace.Rent(PointTree.ScratchElements(1, columns)).Span;
        for (var at = 0; at < count; at += PointShape.BatchKeys)
        {
            var keys = batches.From(at);
            for (var k = 0; k < keys.Count; k++)
            {
                var tree = new PointTree(keys, k, 1, scratch);
                tree.GrowTo(keys.Shape.Depth);
                tree.Convert(0);
                var place = (at + k) * columns;
                tree.Write(0, 0, tables.Value.Span.Slice(place, columns), step.Party.Active ? tables.Mac.Span.Slice(place, columns) : default);
            }
        }
        return tables;
    }

    /// <summary>e_j,g = [r_j = c_j − g].</summary>
    private static void Rotate(ReadOnlySpan<double> tables, ReadOnlySpan<double> c, Span<double> units)
    {
        var columns = units.Length / c.Length;
        for (var e = 0; e < units.Length; e++)
        {
            var j = e / columns;
            units[e] = tables[j * columns + (int)(((long)c[j] - e) & (columns - 1))];
        }
    }

    private static Share Finish(Party party, Opened h, Opened d, Share m, Share a, Share products, int columns)
    {
        var result = party.Rent(products.Length);
        var rows = d.Length / columns;
        for (var e = 0; e < products.Length; e++)
        {
            var (left, right) = (e / rows * columns, e % rows * columns);
            ReadOnlySpan<double> hj = h.Values.Span.Slice(left, columns), db = d.Values.Span.Slice(right, columns);
            var known = party.Index == 0 || party.Active ? FieldVector.Dot(hj, db) : 0;
            var value = Field.Add(FieldVector.Dot(hj, m.Value.Span.Slice(right, columns)), FieldVector.Dot(db, a.Value.Span.Slice(left, columns)));
            result.Value.Span[e] = Field.Add(Field.Add(value, products.Value.Span[e]), party.Index == 0 ? known : 0);
            if (!party.Active) continue;
            var mac = Field.Add(FieldVector.Dot(hj, m.Mac.Span.Slice(right, columns)), FieldVector.Dot(db, a.Mac.Span.Slice(left, columns)));
            result.Mac.Span[e] = Field.Add(Field.Add(mac, products.Mac.Span[e]), Field.Multiply(party.Alpha, known));
        }
        return result;
    }
}
