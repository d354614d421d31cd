using System.Net;
using System.Text.Json;
using Mimir.Gateway.Tests.Clusters;

namespace Mimir.Gateway.Tests.BadRequests;

/// <summary>Every bad request is answered with its status and names its field; after all of them the cluster still answers.</summary>
public sealed class BadRequestTests(GatewayCluster cluster)
{
    [Fact]
    public void There_are_sixty_of_them_and_more() => Assert.InRange(BadRequest.All.Count, 60, int.MaxValue);

    [Fact]
    public async Task Each_is_refused_in_its_own_words_and_the_cluster_still_answers()
    {
        var server = cluster.Gateway.Address;
        var wrong = new List<string>();
        await Parallel.ForEachAsync(BadRequest.All, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, async (bad, _) =>
        {
            var answer = await RawHttp.SendAsync(server, bad.Bytes, bad.HalfClose);
            if (Complaint(bad, answer) is { } complaint)
                lock (wrong) wrong.Add($"{bad.Name}: {complaint} ({answer.Status} {answer.Body})");
        });
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        using var client = cluster.Gateway.Http();
        var (status, body) = await client.PostAsync("v1/completions", """{"model":"stories260K","prompt":"Once upon","max_tokens":2}""");
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal(HttpStatusCode.OK, (await client.ReadAsync("readyz")).Status);
        // Nothing of a prompt is in the log.
        Assert.DoesNotContain("hello there", cluster.Log, StringComparison.Ordinal);
    }

    private static string? Complaint(BadRequest bad, RawAnswer answer)
    {
        if (answer.Status != bad.Status) return $"status {bad.Status} is expected";
        if (bad.Status == 0) return null;
        try
        {
            var error = answer.Error;
            if (error.GetProperty("param").GetString() != bad.Field) return $"param '{bad.Field}' is expected";
            if (error.GetProperty("type").GetString() is null) return "a type is expected";
            var message = error.GetProperty("message").GetString()!;
            if (bad.Field is not null && !message.Contains(bad.Field, StringComparison.OrdinalIgnoreCase) && bad.Field is not "prompt") return "the message does not name the field";
            return message.Contains(bad.Says, StringComparison.OrdinalIgnoreCase) ? null : $"'{bad.Says}' is expected in the message";
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException)
        {
            return "no error in OpenAI's shape";
        }
    }
}
