using System.Numerics;
using System.Runtime.CompilerServices;
using Mimir.Numerics;
using Mimir.Spdz.Costs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Gadgets;

/// <summary>
/// ⟦[x ≥ 0]⟧ (0 or 1, scale 0) for |x| &lt; 2^top. c = open(x + 2^top + R). With y = c − R modulo 2^(top+1), the answer is bit top of y:
/// (c_top ⊕ r_top) ⊕ [c_low &lt; R_low]. The comparison of the public c_low with the dealt R_low goes digit by digit: per digit a dealt
/// table [v &lt; R_δ]; "less" and "equal" are read from it locally and merged in a tree (L₁ + E₁·L₀, E₁·E₀). The most significant digit's
/// table is dealt multiplied by 1 − 2·r_top, which makes the last exclusive or linear.
/// </summary>
/// <remarks>
/// Rounds: 1 + ⌈log₂ digits⌉; 1 with two parties (<see cref="ComparePoints"/>). Exact; a wrap of x + R around p moves the threshold by 27 units in the last place (probability 2^(top−49)).
/// Each party learns x + 2^top + R mod p and Beaver differences, all uniform. Source: protocol.md section 5.2; the exclusive-or form, which has
/// no failure on wrap, is ours.
/// </remarks>
public static class Compare
{
    private const int ChunkElements = 4096;

    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, ComparisonPlan plan)
    {
        using var r = new Secret(length);
        tape.Uniform(r.Span);
        DealTables(tape, r.Span, plan);
    }

    /// <summary>What belongs to masks that have been drawn already: keys, or for chunks of comparisons their tables.</summary>
    internal static void DealTables(DealingTape tape, ReadOnlySpan<double> r, ComparisonPlan plan)
    {
        if (plan.Points)
        {
            ComparePoints.Deal(tape, r, plan);
            return;
        }
        var perChunk = ChunkElements / plan.ElementLength;
        using var chunk = new Secret(perChunk * plan.ElementLength);
        var tables = chunk.Span;
        for (var at = 0; at < r.Length; at += perChunk)
        {
            var count = Math.Min(perChunk, r.Length - at);
            for (var e = 0; e < count; e++) Table((long)r[at + e], plan, tables.Slice(e * plan.ElementLength, plan.ElementLength));
            tape.Authenticated(tables[..(count * plan.ElementLength)]);
        }
    }

    /// <summary>⟦[x ≥ 0]⟧, elementwise.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, ComparisonPlan plan)
    {
        var r = step.Tape.Uniform(x.Length);
        return await FinishAsync(step, await step.Opener.OpenAsync(step.Party.AddScalar(x + r, 1L << plan.TopBit), step.Cancellation), plan);
    }

    /// <summary>The running half, from the opened c = x + 2^top + R on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<Share> FinishAsync(PartyStep step, Opened c, ComparisonPlan plan)
    {
        var (party, n) = (step.Party, c.Length);
        if (plan.Points) return Finish(party, c, plan, step.Tape.Authenticated(n), ComparePoints.Less(step, c, plan));
        var less = party.Rent(plan.Digits * n);
        var equal = party.Rent(plan.Digits * n);
        var top = party.Rent(n);
        var perChunk = ChunkElements / plan.ElementLength;
        for (var at = 0; at < n; at += perChunk)
        {
            var count = Math.Min(perChunk, n - at);
            var tables = step.Tape.TransientAuthenticated(count * plan.ElementLength);
            var opened = c.Values.Span.Slice(at, count);
            Read(tables.Value.Span, opened, plan, at, less.Value.Span, equal.Value.Span, top.Value.Span, party.Index == 0 ? 1 : 0);
            if (party.Active) Read(tables.Mac.Span, opened, plan, at, less.Mac.Span, equal.Mac.Span, top.Mac.Span, party.Alpha);
        }
        for (var digits = plan.Digits; digits > 1; digits = (digits + 1) / 2)
            (less, equal) = await MergeAsync(step, less, equal, digits, n);
        return Finish(party, c, plan, top, less);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan)
    {
        if (plan.Points) return new Cost(1, length, Uniform: length, Authenticated: length) + Costs.Cost.Points(length, plan.Keys);
        var cost = new Cost(1, length, Uniform: length, Authenticated: (long)length * plan.ElementLength);
        for (var digits = plan.Digits; digits > 1; digits = (digits + 1) / 2) cost += Multiply.Cost(Products(digits) * length);
        return cost;
    }

    /// <summary>One comparison's tables for mask <paramref name="r"/>. Constant time in r.</summary>
    private static void Table(long r, ComparisonPlan plan, Span<double> table)
    {
        var top = (r >> plan.TopBit) & 1;
        for (var d = 0; d < plan.Digits; d++)
        {
            var digit = plan.Digit(r, d);
            var one = d == 0 ? Field.Reduce(1 - 2 * top) : 1;
            for (var v = 0; v < ComparisonPlan.TableLength; v++)
                table[d * ComparisonPlan.TableLength + v] = one * ConstantTime.Less(v, digit);
        }
        table[^1] = top;
    }

    /// <summary>
    /// less[d] and equal[d] (digit-major, comparisons from <paramref name="start"/> on) from the tables: L[v] at v = c's digit,
    /// E = L[v−1] − L[v] with L[−1] = one. For the most significant digit "one" is 1 − 2·r_top, a share like the rest.
    /// </summary>
    private static void Read(
        ReadOnlySpan<double> tables, ReadOnlySpan<double> c, ComparisonPlan plan, int start, Span<double> less, Span<double> equal,
        Span<double> top, double one)
    {
        var n = top.Length;
        for (var e = 0; e < c.Length; e++)
        {
            var opened = (long)c[e];
            var table = tables.Slice(e * plan.ElementLength, plan.ElementLength);
            top[start + e] = table[^1];
            for (var d = 0; d < plan.Digits; d++)
            {
                var v = plan.Digit(opened, d);
                var digit = table.Slice(d * ComparisonPlan.TableLength, ComparisonPlan.TableLength);
                var here = v < ComparisonPlan.TableLength ? digit[v] : 0;
                var always = d == 0 ? Field.Subtract(one, Field.Add(table[^1], table[^1])) : one;
                less[d * n + start + e] = here;
                equal[d * n + start + e] = Field.Subtract(v > 0 ? digit[v - 1] : always, here);
            }
        }
    }

    /// <summary>Neighbouring digits (2j, 2j+1) become one: L = L₁ + E₁·L₀, E = E₁·E₀. The last E is never needed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<(Share Less, Share Equal)> MergeAsync(PartyStep step, Share less, Share equal, int digits, int n)
    {
        var pairs = digits / 2;
        var party = step.Party;
        var left = new Share[Products(digits)];
        var right = new Share[left.Length];
        for (var j = 0; j < pairs; j++)
        {
            left[j] = equal.Slice(2 * j * n, n);
            right[j] = less.Slice((2 * j + 1) * n, n);
            if (pairs + j >= left.Length) continue;
            left[pairs + j] = left[j];
            right[pairs + j] = equal.Slice((2 * j + 1) * n, n);
        }
        var products = await Multiply.RunAsync(step, party.Concat(left), party.Concat(right));
        var merged = (digits + 1) / 2;
        var nextLess = new Share[merged];
        var nextEqual = new Share[merged];
        for (var j = 0; j < pairs; j++)
        {
            nextLess[j] = less.Slice(2 * j * n, n) + products.Slice(j * n, n);
            nextEqual[j] = pairs + j < left.Length ? products.Slice((pairs + j) * n, n) : nextLess[j];
        }
        if (merged > pairs)
        {
            nextLess[pairs] = less.Slice((digits - 1) * n, n);
            nextEqual[pairs] = equal.Slice((digits - 1) * n, n);
        }
        return (party.Concat(nextLess), party.Concat(nextEqual));
    }

    /// <summary>Products per element when <paramref name="digits"/> are merged in pairs: the least significant pair needs no "equal".</summary>
    private static int Products(int digits) => digits / 2 * 2 - (digits % 2 == 0 ? 1 : 0);

    /// <summary>(c_top ⊕ r) + (1 − 2·c_top)·(σ·borrow), with c_top ⊕ r = c_top + (1 − 2·c_top)·r.</summary>
    internal static Share Finish(Party party, Opened c, ComparisonPlan plan, Share top, Share less)
    {
        var (bit, sign) = Public(party, c, plan);
        return sign * (top + less) + bit;
    }

    /// <summary>c_top and 1 − 2·c_top.</summary>
    internal static (Opened Bit, Opened Sign) Public(Party party, Opened c, ComparisonPlan plan)
    {
        var bit = party.Workspace.Rent(c.Length);
        var sign = party.Workspace.Rent(c.Length);
        Public(c.Values.Span, plan.TopBit, bit.Span, sign.Span);
        return (new Opened(bit), new Opened(sign));
    }

    /// <summary>Bit <paramref name="top"/> of every element, and 1 − 2·bit. In doubles all of it is exact: integers below 2^51, and powers of two.</summary>
    internal static void Public(ReadOnlySpan<double> c, int top, Span<double> bit, Span<double> sign)
    {
        var scale = Math.ScaleB(1, -top);
        var e = 0;
        for (; e + Vector<double>.Count <= c.Length; e += Vector<double>.Count)
        {
            var high = Vector.Floor(new Vector<double>(c[e..]) * scale);
            var low = high - 2 * Vector.Floor(high * 0.5);
            low.CopyTo(bit[e..]);
            (Vector<double>.One + low * (Field.P - 2)).CopyTo(sign[e..]);
        }
        for (; e < c.Length; e++)
        {
            bit[e] = ((long)c[e] >> top) & 1;
            sign[e] = 1 + bit[e] * (Field.P - 2);
        }
    }
}
