using Google.Protobuf;
using Mimir.Services.Coordination;
using Mimir.Transport.Protos;

namespace Mimir.Services.Tests.Coordination;

public sealed class EnvelopeTalliesTests
{
    [Fact]
    public void Envelopes_are_counted_by_purpose_and_made_up_purposes_together()
    {
        var tallies = new EnvelopeTallies();
        foreach (var (purpose, bytes) in ((SealPurpose, int)[])[(SealPurpose.Input, 100), (SealPurpose.Output, 7), (SealPurpose.Input, 20), ((SealPurpose)900, 1), ((SealPurpose)901, 2)])
            tallies.Add(new SealedEnvelope { Purpose = purpose, Sealed = ByteString.CopyFrom(new byte[bytes]) });
        Assert.Equal(
            [(SealPurpose.Unspecified, 2u, 3ul), (SealPurpose.Input, 2u, 120ul), (SealPurpose.Output, 1u, 7ul)],
            tallies.ToList().Select(t => (t.Purpose, t.Count, t.Bytes)));
    }
}
