using CsCheck;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Trust;

namespace Mimir.Transport.Tests.Connections;

public sealed class HelloTests
{
    private static readonly Hello Sample = new(Purpose.Mesh, new SessionId(3, 4), Role.Party, "p0", 0);

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(65_534)]
    public void What_is_written_is_read(int? index)
    {
        var hello = Sample with { Index = index, Name = new string('a', PeerName.MaxLength) };
        Assert.Equal(hello, Hello.Parse(hello.ToBytes()));
    }

    [Theory]
    [InlineData(0, 'X', "does not greet as a Mimir process")]
    [InlineData(4, 2, "version 2")]
    [InlineData(5, 0, "purpose 0")]
    [InlineData(5, 4, "purpose 4")]
    [InlineData(6, 0, "role 0")]
    [InlineData(6, 7, "role 7")]
    [InlineData(7, 0, "name of 0 bytes")]
    [InlineData(7, 64, "name of 64 bytes")]
    [InlineData(7, 3, "wrong length")]
    [InlineData(26, '/', "not allowed")]
    [InlineData(26, 0xE9, "not allowed")]
    public void Each_field_out_of_range_is_refused(int at, int value, string reason)
    {
        var bytes = Sample.ToBytes();
        bytes[at] = (byte)value;
        Assert.Contains(reason, Assert.Throws<MalformedMessageException>(() => Hello.Parse(bytes)).Message);
    }

    [Fact]
    public void Arbitrary_bytes_are_read_exactly_or_refused()
    {
        var prefixed = Gen.Select(Gen.Int[0, 8], Gen.Byte.Array[0, 100], (keep, tail) => (byte[])[.. Sample.ToBytes().AsSpan(0, keep), .. tail]);
        prefixed.Sample(bytes =>
        {
            try
            {
                Assert.Equal(bytes, Hello.Parse(bytes).ToBytes());
            }
            catch (MalformedMessageException)
            {
                // The only exception allowed.
            }
        }, iter: 20_000, seed: "0000KOIPe036");
    }
}
