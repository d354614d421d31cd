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
/// Rounds: 1 + ⌈log₂ digits⌉. Exact; a wrap of x + R around p moves the threshold by 27 units in the last place (probability 2^(top−49)).
/// Each party learns x + 2^top + R mod p and Beaver differences, all uniform. Source: protocol.md section 5.2; the exclusive-or form, which has
/// no failure on wrap, is ours.
/// </remarks>
public static class Compare
{
    /// <summary>The dealing half.</summary>
    public static void Deal(DealingTape tape, int length, ComparisonPlan plan)
    {
        var r = new double[length];
        tape.Uniform(r);
        var tables = new double[length * (plan.Digits * ComparisonPlan.TableLength + 1)];
        for (var e = 0; e < length; e++)
        {
            var mask = (long)r[e];
            var top = (mask >> plan.TopBit) & 1;
            var table = tables.AsSpan(e * (plan.Digits * ComparisonPlan.TableLength + 1));
            for (var d = 0; d < plan.Digits; d++)
            {
                var digit = plan.Digit(mask, d);
                var one = d == 0 ? Field.Reduce(1 - 2 * top) : 1;
                for (var v = 0; v < ComparisonPlan.TableLength; v++)
                    table[d * ComparisonPlan.TableLength + v] = one * ConstantTime.Less(v, digit);
            }
            table[plan.Digits * ComparisonPlan.TableLength] = top;
        }
        tape.Authenticated(tables);
    }

    /// <summary>⟦[x ≥ 0]⟧, elementwise.</summary>
    public static async ValueTask<Share> RunAsync(PartyStep step, Share x, ComparisonPlan plan)
    {
        var party = step.Party;
        var r = step.Tape.Uniform(x.Length);
        var perElement = plan.Digits * ComparisonPlan.TableLength + 1;
        var tables = step.Tape.Authenticated(x.Length * perElement);
        var c = await step.Opener.OpenAsync(party.AddScalar(x + r, 1L << plan.TopBit), step.Cancellation);

        var n = x.Length;
        var less = party.Rent(plan.Digits * n);
        var equal = party.Rent(plan.Digits * n);
        Read(tables.Value.Span, c, plan, perElement, less.Value.Span, equal.Value.Span, party.Index == 0 ? 1 : 0);
        if (party.Active) Read(tables.Mac.Span, c, plan, perElement, less.Mac.Span, equal.Mac.Span, party.Alpha);

        for (var digits = plan.Digits; digits > 1; digits = (digits + 1) / 2)
            (less, equal) = await MergeAsync(step, less, equal, digits, n);
        return Finish(party, c, plan, perElement, tables, less);
    }

    /// <summary>See the class.</summary>
    public static Cost Cost(int length, ComparisonPlan plan)
    {
        long perElement = plan.Digits * ComparisonPlan.TableLength + 1;
        var cost = new Cost(1, length, Uniform: length, Authenticated: length * perElement);
        for (var digits = plan.Digits; digits > 1; digits = (digits + 1) / 2) cost += Multiply.Cost(Products(digits) * length);
        return cost;
    }

    /// <summary>
    /// less[d] and equal[d] (digit-major) from the tables: L[v] at v = c's digit, E = L[v−1] − L[v] with L[−1] = one. For the most
    /// significant digit "one" is 1 − 2·r_top, a share like the rest.
    /// </summary>
    private static void Read(
        ReadOnlySpan<double> tables, Opened c, ComparisonPlan plan, int perElement, Span<double> less, Span<double> equal, double one)
    {
        var n = c.Length;
        for (var e = 0; e < n; e++)
        {
            var opened = (long)c.Values.Span[e];
            var table = tables.Slice(e * perElement, perElement);
            var top = table[perElement - 1];
            for (var d = 0; d < plan.Digits; d++)
            {
                var v = plan.Digit(opened, d);
                var digit = table.Slice(d * ComparisonPlan.TableLength, ComparisonPlan.TableLength);
                var here = v < ComparisonPlan.TableLength ? digit[v] : 0;
                var always = d == 0 ? Field.Subtract(one, Field.Add(top, top)) : one;
                less[d * n + e] = here;
                equal[d * n + e] = Field.Subtract(v > 0 ? digit[v - 1] : always, here);
            }
        }
    }

    /// <summary>Neighbouring digits (2j, 2j+1) become one: L = L₁ + E₁·L₀, E = E₁·E₀. The last E is never needed.</summary>
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
    private static Share Finish(Party party, Opened c, ComparisonPlan plan, int perElement, Share tables, Share less)
    {
        var n = c.Length;
        var top = party.Rent(n);
        for (var e = 0; e < n; e++)
        {
            top.Value.Span[e] = tables.Value.Span[(e + 1) * perElement - 1];
            if (party.Active) top.Mac.Span[e] = tables.Mac.Span[(e + 1) * perElement - 1];
        }
        var bit = party.Workspace.Rent(n);
        var sign = party.Workspace.Rent(n);
        for (var e = 0; e < n; e++)
        {
            var cTop = ((long)c.Values.Span[e] >> plan.TopBit) & 1;
            bit.Span[e] = cTop;
            sign.Span[e] = Field.Reduce(1 - 2 * cTop);
        }
        return new Opened(sign) * (top + less) + new Opened(bit);
    }
}
