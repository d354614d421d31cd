using System.Buffers.Binary;
using Mimir.Numerics;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Sessions in which somebody cheats, and what must then be seen.</summary>
internal static class Cheat
{
    public static readonly int[] Prompt = [3, 17];

    /// <summary>Two prompt tokens, three more: five steps less one, all in one block, one by one, no audits.</summary>
    public static SessionPlan Plan { get; } = Plans.Single(2, 3) with { AuditRate = 0, PrefillChunk = 1 };

    public static LocalClients Clients => new() { Prompts = [Prompt] };

    /// <summary>
    /// Runs a session that must end in <typeparamref name="T"/>, with exactly <paramref name="released"/> outputs released by every party
    /// but the cheater, and no more tokens accepted by the client.
    /// </summary>
    public static Task<T> CaughtAsync<T>(LocalGroup group, int released, int cheater = -1) where T : Exception =>
        CaughtAsync<T>(group, released..released, cheater);

    /// <summary>
    /// The same where steps go on while material for later ones is judged: the number of outputs that were released before, first and last included, is a matter of time.
    /// </summary>
    public static async Task<T> CaughtAsync<T>(LocalGroup group, Range released, int cheater = -1) where T : Exception
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var caught = await Assert.ThrowsAnyAsync<Exception>(() => group.RunAsync(limit.Token));
        if (caught is AggregateException many) caught = many.InnerExceptions.First(e => e is not OperationCanceledException);
        Assert.True(caught is T, $"expected {typeof(T).Name}, got {caught}");
        for (var party = 0; party < group.Parties; party++)
            if (party != cheater) Assert.InRange(group.Clients.Released[party], released.Start.Value, released.End.Value);
        Assert.True(group.Clients.Tokens.Values.All(t => t.Count <= released.End.Value));
        return (T)caught;
    }

    /// <summary>Element <paramref name="index"/> of a vector of doubles from byte <paramref name="start"/> on, plus delta mod p.</summary>
    public static byte[] Add(byte[] bytes, int index, double delta, int start = 0)
    {
        var at = bytes.AsSpan(start + index * sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(at, Field.Add(BinaryPrimitives.ReadDoubleLittleEndian(at), delta));
        return bytes;
    }

    /// <summary>How many elements an opening of so many bytes holds.</summary>
    public static int Elements(int bytes) => 8 * bytes / FieldPacking.BitsPerElement;

    /// <summary>
    /// Element <paramref name="index"/> of an opening, plus delta mod p. Positions in lockstep send their vectors one after another, each in whole bytes, which
    /// need not read as one vector: then the first element of all.
    /// </summary>
    public static byte[] AddOpened(byte[] bytes, int index, double delta)
    {
        var elements = new double[Elements(bytes.Length)];
        if (FieldPacking.Bytes(elements.Length) == bytes.Length && FieldPacking.TryUnpack(bytes, elements))
        {
            elements[index] = Field.Add(elements[index], delta);
            FieldPacking.Pack(elements, bytes);
            return bytes;
        }
        const long Element = (1L << FieldPacking.BitsPerElement) - 1;
        var first = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (first & ~Element) | (long)Field.Add(first & Element, delta));
        return bytes;
    }

    public static byte[] Flip(byte[] bytes, int index)
    {
        bytes[index] ^= 1;
        return bytes;
    }
}
