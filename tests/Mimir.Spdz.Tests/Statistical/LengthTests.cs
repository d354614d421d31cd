using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Statistical;

/// <summary>Two prompts of one bucket: every role sends as many messages, of the same sizes, in the same order.</summary>
public sealed class LengthTests
{
    [Theory]
    [InlineData(2, true, 0)]
    [InlineData(3, true, 0)]
    [InlineData(2, false, 4)]
    public async Task Traffic_of_one_bucket_is_the_same_for_every_length(int parties, bool llama, int topK)
    {
        var plan = Plans.Single(6, 4, uncertain: 4) with { AuditRate = 0, Temperature = topK > 0 ? 1 : 0, TopK = topK };
        var first = await TrafficAsync(parties, llama, plan, [3, 17]);
        Assert.True(first.Values.Sum(m => m.Count) > 100);
        foreach (var prompt in (int[][])[[3, 17, 30, 8], [5, 1, 1, 1, 1, 36]])
        {
            var other = await TrafficAsync(parties, llama, plan, prompt);
            Assert.Equal(first.Keys.Order(), other.Keys.Order());
            foreach (var link in first.Keys) Assert.Equal(first[link], other[link]);
        }
    }

    /// <summary>A prompt of another bucket looks different: the test sees what there is to see.</summary>
    [Fact]
    public async Task Traffic_of_another_bucket_is_not()
    {
        var plan = Plans.Single(6, 4, uncertain: 4) with { AuditRate = 0 };
        var other = plan with { Segments = [new Programs.PromptSegment("alice", 7)] };
        Assert.NotEqual((await TrafficAsync(2, true, plan, [3]))["online 0"], (await TrafficAsync(2, true, other, [3]))["online 0"]);
    }

    /// <summary>Sizes of messages, by sender: parties among themselves, Triple Service and model owner to parties, the client's inputs and its outputs.</summary>
    private static async Task<Dictionary<string, List<int>>> TrafficAsync(int parties, bool llama, Programs.SessionPlan plan, int[] prompt)
    {
        var traffic = new Dictionary<string, List<int>>();
        var group = new LocalGroup
        {
            Model = llama ? TinyModel.Llama() : TinyModel.Gpt2(),
            Plan = plan,
            Parties = parties,
            Clients = new LocalClients
            {
                Prompts = [prompt],
                AlterInput = (party, segment, values) =>
                {
                    Add($"input {party}", values.Length);
                    return values;
                },
                AlterOutput = (party, number, value) =>
                {
                    Add($"output {party}", number);
                    return value;
                },
            },
            WrapMesh = (mesh, phase) => new TamperingMesh(mesh, phase, message =>
            {
                if (message.To < 0) Add($"{phase} {message.From}", message.Bytes.Length);
                return message.Bytes;
            }),
            WrapTape = (stream, party) => new CountingStream(stream, bytes => Add($"tape {party}", bytes)),
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        foreach (var tape in traffic.Keys.Where(k => k.StartsWith("tape", StringComparison.Ordinal)).ToArray()) traffic[tape] = [traffic[tape].Sum()];
        return traffic;

        void Add(string link, int size)
        {
            lock (traffic)
            {
                if (!traffic.TryGetValue(link, out var sizes)) traffic[link] = sizes = [];
                sizes.Add(size);
            }
        }
    }

    /// <summary>Counts what is written; the dealer's own buffering decides on the pieces.</summary>
    private sealed class CountingStream(Stream inner, Action<int> written) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            written(count);
            inner.Write(buffer, offset, count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            written(buffer.Length);
            return inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
