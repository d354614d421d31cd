using CsCheck;
using Mimir.Client.Drafting;

namespace Mimir.Client.Tests.Drafting;

public sealed class NgramTableTests
{
    [Fact]
    public void The_most_frequent_follower_is_kept_with_its_share()
    {
        // After 1: twice 2, once 3. After (7, 1): 3 only.
        var table = NgramTable.Build([[1, 2, 1, 2, 7, 1, 3]], 10, 2, least: 1);
        Assert.True(table.TryFind(1, NgramKey.Prepend(NgramKey.Empty, 1), out var next, out var share));
        Assert.Equal(2, next);
        Assert.Equal(2 / 3.0, share, 0.01);
        Assert.True(table.TryFind(2, NgramKey.Prepend(NgramKey.Prepend(NgramKey.Empty, 1), 7), out next, out share));
        Assert.Equal((3, 1.0), (next, share));
        Assert.False(table.TryFind(1, NgramKey.Prepend(NgramKey.Empty, 3), out _, out _));
    }

    [Fact]
    public void Rare_contexts_are_left_out_and_documents_are_not_joined()
    {
        int[][] documents = [[1, 2], [1, 2], [3, 4]];
        var table = NgramTable.Build(documents, 10, 3, least: 2);
        Assert.Equal(1, table.Entries);
        Assert.False(table.TryFind(1, NgramKey.Prepend(NgramKey.Empty, 2), out _, out _));
    }

    [Fact]
    public void A_table_that_says_it_is_larger_than_its_file_takes_no_memory()
    {
        byte[] bytes = [.. "MNGRAM1\n"u8, 8, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 1, 2, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => NgramTable.Read(new MemoryStream(bytes)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_written_table_reads_back() => Gen.Int[0, 99].Array[0, 200].Sample(document =>
    {
        var table = NgramTable.Build([document], 100, 4, 1);
        using var stream = new MemoryStream();
        table.Write(stream);
        var bytes = stream.ToArray();
        var copy = NgramTable.Read(new MemoryStream(bytes));
        Assert.Equal((table.Vocabulary, table.Orders, table.Entries), (copy.Vocabulary, copy.Orders, copy.Entries));
        using var again = new MemoryStream();
        copy.Write(again);
        Assert.Equal(bytes, again.ToArray());
    }, iter: 50);

    /// <summary>Whatever a file holds, reading it ends with a table or with <see cref="InvalidDataException"/>.</summary>
    [Fact]
    public void A_damaged_file_is_refused()
    {
        using var stream = new MemoryStream();
        NgramTable.Build([[1, 2, 3, 1, 2, 4, 5, 1]], 10, 3, 1).Write(stream);
        var good = stream.ToArray();
        for (var length = 0; length < good.Length; length++)
            Assert.Throws<InvalidDataException>(() => NgramTable.Read(new MemoryStream(good[..length])));
        Assert.Throws<InvalidDataException>(() => NgramTable.Read(new MemoryStream([.. good, 0])));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var bytes = (byte[])good.Clone();
            bytes[at] = value;
            try { NgramTable.Read(new MemoryStream(bytes)); }
            catch (InvalidDataException) { }
        }, iter: 500);
    }
}
