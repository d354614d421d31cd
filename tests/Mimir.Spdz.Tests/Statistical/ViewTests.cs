using System.Runtime.InteropServices;
using Mimir.Numerics;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Statistical;

/// <summary>
/// What the parties see is uniform and does not depend on the prompt: the sum of all shares of every opening, opening by opening, over
/// repeated sessions with two prompts.
/// </summary>
public sealed class ViewTests
{
    private const int Sessions = 12;
    private const double Threshold = 5;

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public async Task Every_kind_of_opening_is_uniform_for_any_prompt(bool llama, int parties)
    {
        var first = await ViewAsync(llama, parties, [1, 1, 1, 1]);
        var second = await ViewAsync(llama, parties, [36, 2, 36, 19]);
        foreach (var phase in (string[])["load", "offline", "online"])
        {
            // All values of a phase, then the openings of equal length together: gadgets open different numbers of elements.
            Test($"{phase}, all", Values(first, phase, null), Values(second, phase, null));
            foreach (var length in first.Keys.Where(k => k.Phase == phase).Select(k => k.Length).Distinct())
                Test($"{phase}, {length} elements", Values(first, phase, length), Values(second, phase, length));
        }
    }

    [Fact]
    public async Task What_one_party_sends_is_uniform()
    {
        for (var party = 0; party < 2; party++)
        {
            var sent = new List<double>();
            var group = Session(true, 2, [5, 5, 5, 5], (index, _, _, values) => { if (index == party) sent.AddRange(values); });
            await group.RunAsync(TestContext.Current.CancellationToken);
            var (high, low) = ChiSquare.Bins(sent);
            Assert.True(ChiSquare.Uniform(high) < Threshold && ChiSquare.Uniform(low) < Threshold, $"party {party}");
        }
    }

    /// <summary>The test itself sees a bias of a tenth of the values.</summary>
    [Fact]
    public void A_biased_sample_is_noticed()
    {
        var random = new Random(1);
        var even = Enumerable.Range(0, 20_000).Select(_ => (double)random.NextInt64(Field.Prime)).ToArray();
        var biased = even.Select((v, i) => i % 10 == 0 ? v / 4 : v).ToArray();
        Assert.True(ChiSquare.Uniform(ChiSquare.Bins(even).High) < Threshold);
        Assert.True(ChiSquare.Uniform(ChiSquare.Bins(biased).High) > Threshold);
        Assert.True(ChiSquare.TwoSamples(ChiSquare.Bins(even).High, ChiSquare.Bins(biased).High) > Threshold / 2);
    }

    private static void Test(string name, double[] first, double[] second)
    {
        if (first.Length < 640) return;
        var (x, y) = (ChiSquare.Bins(first), ChiSquare.Bins(second));
        foreach (var deviation in (double[])[
            ChiSquare.Uniform(x.High), ChiSquare.Uniform(x.Low), ChiSquare.Uniform(y.High), ChiSquare.Uniform(y.Low),
            ChiSquare.TwoSamples(x.High, y.High), ChiSquare.TwoSamples(x.Low, y.Low)])
            Assert.True(deviation < Threshold, $"{name}: {deviation:F1} standard deviations, {first.Length} values");
    }

    private static double[] Values(Dictionary<(string Phase, int Round, int Length), List<double>> view, string phase, int? length) =>
        [.. view.Where(v => v.Key.Phase == phase && (length is null || v.Key.Length == length)).SelectMany(v => v.Value)];

    /// <summary>Opened values by phase and round, of several sessions.</summary>
    private static async Task<Dictionary<(string Phase, int Round, int Length), List<double>>> ViewAsync(bool llama, int parties, int[] prompt)
    {
        var log = await RoundLog.RecordAsync(Session(llama, parties, prompt, (_, _, _, _) => { }));
        var openings = new HashSet<(string, int)>();
        foreach (var phase in (string[])["load", "online", "offline"])
            foreach (var (round, kind, _) in log.Rounds(phase))
                if (kind == RoundKind.Opening) openings.Add((phase, round));

        var view = new Dictionary<(string Phase, int Round, int Length), List<double>>();
        for (var session = 0; session < Sessions; session++)
        {
            var sums = new Dictionary<(string Phase, int Round), double[]>();
            await Session(llama, parties, prompt, (_, phase, round, values) =>
            {
                if (!openings.Contains((phase, round))) return;
                lock (sums)
                {
                    if (sums.TryGetValue((phase, round), out var sum)) FieldVector.Add(sum, values, sum);
                    else sums[(phase, round)] = values;
                }
            }).RunAsync(TestContext.Current.CancellationToken);
            foreach (var ((phase, round), sum) in sums)
            {
                var key = (phase, round, sum.Length);
                if (!view.TryGetValue(key, out var values)) view[key] = values = [];
                values.AddRange(sum);
            }
        }
        return view;
    }

    private static LocalGroup Session(bool llama, int parties, int[] prompt, Action<int, string, int, double[]> sent) => new()
    {
        Model = llama ? TinyModel.Llama(1) : TinyModel.Gpt2(1),
        Parties = parties,
        Plan = Plans.Single(4, 1) with { AuditRate = 0 },
        Clients = new LocalClients { Prompts = [prompt] },
        WrapMesh = (mesh, phase) => new TamperingMesh(mesh, phase, m =>
        {
            var values = new double[Malicious.Cheat.Elements(m.Bytes.Length)];
            if (m.To < 0 && FieldPacking.Bytes(values.Length) == m.Bytes.Length)
            {
                if (FieldPacking.TryUnpack(m.Bytes, values)) sent(m.From, m.Phase, m.Round, values);
            }
            return m.Bytes;
        }),
    };
}
