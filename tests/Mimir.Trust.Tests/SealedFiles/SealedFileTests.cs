using CsCheck;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Trust.Tests.SealedFiles;

public sealed class SealedFileTests : IDisposable
{
    private const int Chunk = 4096;
    private const int Header = 512;
    private const int Tag = 16;
    private static readonly SealTerms Terms = new("weights") { ChunkBits = 12 };

    private readonly TemporaryFolder _folder = new();
    private readonly DataKey _key = DataKey.Generate("key-1");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(Chunk - 1, 1)]
    [InlineData(Chunk, 1)]
    [InlineData(Chunk + 1, 2)]
    [InlineData(2 * Chunk, 2)]
    [InlineData(5 * Chunk + 77, 6)]
    public void What_was_sealed_opens_and_costs_a_header_and_a_tag_per_chunk(int length, int chunks)
    {
        var (path, plain) = Seal(length);
        Assert.Equal(Header + length + chunks * Tag, new FileInfo(path).Length);
        Assert.Equal(plain, Open(path));
    }

    [Fact]
    public void Any_range_reads_as_in_the_plaintext_and_any_writing_pattern_gives_the_same()
    {
        var plain = Bytes(7 * Chunk + 5);
        using (var writer = SealedFileWriter.Create(_folder["f"], _key, Terms))
        {
            for (var done = 0; done < plain.Length;)
            {
                var count = Math.Min(plain.Length - done, 1 + done * 37 % 5000);
                writer.Write(plain.AsSpan(done, count));
                done += count;
            }
            writer.Complete();
        }
        using var reader = SealedFileReader.Open(_folder["f"], _key);
        Gen.Select(Gen.Int[0, plain.Length], Gen.Int[0, plain.Length]).Sample((x, y) =>
        {
            var (from, to) = (Math.Min(x, y), Math.Max(x, y));
            var part = new byte[to - from];
            reader.Read(from, part);
            return part.AsSpan().SequenceEqual(plain.AsSpan(from, to - from));
        }, iter: 300, seed: "0N0XIzNsQ0O2");
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(plain.Length, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(-1, new byte[1]));
    }

    [Fact]
    public void Every_flipped_bit_of_header_and_chunks_is_refused()
    {
        var (path, _) = Seal(Chunk + 40);
        var whole = File.ReadAllBytes(path);
        var refusals = new HashSet<SealRefusal>();
        for (var at = 0; at < whole.Length; at += at is >= Header + 64 and < Header + Chunk ? 97 : 1)
        {
            var altered = whole.ToArray();
            altered[at] ^= (byte)(1 << at % 8);
            File.WriteAllBytes(path, altered);
            refusals.Add(Refusal(() => Open(path)));
        }
        Assert.Equal(
            [SealRefusal.NotSealed, SealRefusal.UnknownFormat, SealRefusal.WrongKey, SealRefusal.HeaderAltered, SealRefusal.ChunkAltered],
            refusals.Order());
    }

    [Fact]
    public void Every_truncation_and_extension_is_refused()
    {
        var (path, _) = Seal(2 * Chunk + 20);
        var whole = File.ReadAllBytes(path);
        foreach (var length in Enumerable.Range(0, Header + 80).Concat(Enumerable.Range(0, 3).Select(i => Header + i * (Chunk + Tag))).Concat(Enumerable.Range(whole.Length - 60, 60)))
        {
            File.WriteAllBytes(path, whole[..length]);
            Refusal(() => Open(path));
        }
        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.Equal(SealRefusal.ChunkAltered, Refusal(() => Open(path)));
        File.WriteAllBytes(path, [.. whole, .. whole[Header..]]);
        Assert.Equal(SealRefusal.ChunkAltered, Refusal(() => Open(path)));
    }

    [Fact]
    public void Chunks_do_not_open_at_another_place_or_in_another_file()
    {
        var (path, _) = Seal(3 * Chunk);
        var (other, _) = Seal(3 * Chunk, "other");
        var whole = File.ReadAllBytes(path);
        var swapped = whole.ToArray();
        whole.AsSpan(Header, Chunk + Tag).CopyTo(swapped.AsSpan(Header + Chunk + Tag));
        whole.AsSpan(Header + Chunk + Tag, Chunk + Tag).CopyTo(swapped.AsSpan(Header));
        File.WriteAllBytes(path, swapped);
        Assert.Equal(SealRefusal.ChunkAltered, Refusal(() => Open(path)));
        byte[] mixed = [.. File.ReadAllBytes(other)[..(Header + Chunk + Tag)], .. whole[(Header + Chunk + Tag)..]];
        File.WriteAllBytes(path, mixed);
        Assert.Equal(SealRefusal.ChunkAltered, Refusal(() => Open(path)));
    }

    [Fact]
    public void A_chunk_that_fails_gives_nothing_and_the_others_still_read()
    {
        var (path, plain) = Seal(3 * Chunk);
        var whole = File.ReadAllBytes(path);
        whole[Header + Chunk + Tag + 9] ^= 4;
        File.WriteAllBytes(path, whole);
        using var reader = SealedFileReader.Open(path, _key);
        var part = new byte[Chunk];
        Assert.Equal(SealRefusal.ChunkAltered, Refusal(() => reader.Read(Chunk, part)));
        Assert.All(part, b => Assert.Equal(0, b));
        reader.Read(0, part);
        Assert.Equal(plain[..Chunk], part);
    }

    [Fact]
    public void The_wrong_key_is_named()
    {
        var (path, _) = Seal(10);
        using var sameName = DataKey.Generate("key-1");
        using var otherName = DataKey.Generate("key-2");
        Assert.Equal(SealRefusal.WrongKey, Refusal(() => SealedFileReader.Open(path, sameName)));
        var error = Assert.Throws<SealedFileException>(() => SealedFileReader.Open(path, otherName));
        Assert.Equal((SealRefusal.WrongKey, true), (error.Refusal, error.Message.Contains("'key-1'", StringComparison.Ordinal)));
        Assert.Equal("key-1", SealedFileReader.PeekKeyName(path));
    }

    [Fact]
    public void Label_and_measurement_must_be_the_expected()
    {
        using (var writer = SealedFileWriter.Create(_folder["f"], _key, Terms with { Measurement = new byte[48] })) writer.Complete();
        Assert.Equal(SealRefusal.WrongLabel, Refusal(() => SealedFileReader.Open(_folder["f"], _key, new() { Label = "tape", Measurement = new byte[48] })));
        Assert.Equal(SealRefusal.WrongMeasurement, Refusal(() => SealedFileReader.Open(_folder["f"], _key, new())));
        Assert.Equal(SealRefusal.WrongMeasurement, Refusal(() => SealedFileReader.Open(_folder["f"], _key, new() { Measurement = new byte[32] })));
        SealedFileReader.Open(_folder["f"], _key, new() { Label = "weights", Measurement = new byte[48] }).Dispose();
    }

    [Fact]
    public void An_old_version_put_back_is_noticed()
    {
        var marks = new HighWaterMarks(_folder["marks"]);
        var expected = new SealExpectations { Counter = marks };
        SealedFile.Seal(new MemoryStream([1]), _folder["f"], _key, Terms with { Counter = 4 }, marks);
        File.Copy(_folder["f"], _folder["old"]);
        SealedFile.Seal(new MemoryStream([2]), _folder["f"], _key, Terms with { Counter = 5 }, marks);
        SealedFileReader.Open(_folder["f"], _key, expected).Dispose();
        Assert.Equal(SealRefusal.RolledBack, Refusal(() => SealedFileReader.Open(_folder["old"], _key, expected)));
        SealedFileReader.Open(_folder["old"], _key).Dispose();
        SealedFile.Seal(new MemoryStream([3]), _folder["g"], _key, new SealTerms("tape"), marks);
        Assert.Equal((5UL, 1UL, 0UL), (marks.Read("weights"), marks.Read("tape"), marks.Read("none")));
        marks.AdvanceTo("weights", 3);
        Assert.Equal(5UL, marks.Read("weights"));
        File.WriteAllText(_folder["marks"], "weights five\n");
        Assert.Throws<InvalidDataException>(() => SealedFileReader.Open(_folder["f"], _key, expected));
    }

    [Fact]
    public void Rekeying_changes_the_header_only_and_the_old_key_no_longer_opens_it()
    {
        var (path, plain) = Seal(3 * Chunk + 1);
        var before = File.ReadAllBytes(path);
        using var newKey = DataKey.Generate("key-2");
        var marks = new HighWaterMarks(_folder["marks"]);
        SealedFile.Rekey(path, _key, newKey, new() { Counter = marks });
        var after = File.ReadAllBytes(path);
        Assert.Equal(before[Header..], after[Header..]);
        Assert.Equal(2UL, marks.Read("weights"));
        Assert.Equal(SealRefusal.WrongKey, Refusal(() => Open(path)));
        SealedFile.Unseal(path, _folder["plain"], newKey);
        Assert.Equal(plain, File.ReadAllBytes(_folder["plain"]));
        File.WriteAllBytes(path, [.. before[..Header], .. after[Header..]]);
        Assert.Equal(SealRefusal.RolledBack, Refusal(() => SealedFileReader.Open(path, _key, new() { Counter = marks })));
    }

    [Fact]
    public void Nothing_appears_under_the_name_until_it_is_complete()
    {
        using (var writer = SealedFileWriter.Create(_folder["f"], _key, Terms)) writer.Write(new byte[3 * Chunk]);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        var (path, _) = Seal(2 * Chunk);
        var whole = File.ReadAllBytes(path);
        whole[^1] ^= 1;
        whole[Header] ^= 1;
        File.WriteAllBytes(path, whole);
        Refusal(() => { SealedFile.Unseal(path, _folder["plain"], _key); return 0; });
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_disposed_key_seals_nothing()
    {
        var key = DataKey.Generate("gone");
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => SealedFileWriter.Create(_folder["f"], key, Terms));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    public void A_label_that_could_mislead_is_refused(string label) =>
        Assert.Throws<ArgumentException>(() => SealedFileWriter.Create(_folder["f"], _key, new SealTerms(label)));

    private (string Path, byte[] Plain) Seal(int length, string name = "f")
    {
        var plain = Bytes(length);
        SealedFile.Seal(new MemoryStream(plain), _folder[name], _key, Terms);
        return (_folder[name], plain);
    }

    private byte[] Open(string path)
    {
        using var reader = SealedFileReader.Open(path, _key);
        var plain = new byte[reader.Length];
        reader.AsStream().ReadExactly(plain);
        return plain;
    }

    private static SealRefusal Refusal<T>(Func<T> open) => Assert.Throws<SealedFileException>(() => { open(); }).Refusal;

    private static SealRefusal Refusal(Action open) => Assert.Throws<SealedFileException>(open).Refusal;

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
