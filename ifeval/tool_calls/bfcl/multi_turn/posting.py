"""TwitterAPI: posts, comments, reposts and follows of one account."""

from typing import Any

from ifeval.tool_calls.bfcl.multi_turn.backend import Backend, Result, error


class TwitterAPI(Backend):
    username: str
    password: str
    authenticated: bool
    tweets: dict[Any, Result]
    comments: dict[Any, list[Result]]
    retweets: dict[str, list[int]]
    following_list: list[str]
    tweet_counter: int

    def _load(self, scenario: Result) -> None:
        super()._load(scenario)
        self.tweets = {int(key): tweet for key, tweet in self.tweets.items()}  # comments keep their text keys

    def authenticate_twitter(self, username: str, password: str) -> Result:
        if username == self.username and password == self.password:
            self.authenticated = True
            return {"authentication_status": True}
        return {"authentication_status": False}

    def posting_get_login_status(self) -> Result:
        return {"login_status": bool(self.authenticated)}

    def post_tweet(self, content: str, tags: list[str] | None = None, mentions: list[str] | None = None) -> Result:
        if not self.authenticated:
            return _not_authenticated("posting")
        tweet = {
            "id": self.tweet_counter,
            "username": self.username,
            "content": content,
            "tags": [] if tags is None else tags,
            "mentions": [] if mentions is None else mentions,
        }
        self.tweets[self.tweet_counter] = tweet
        self.tweet_counter += 1
        return tweet

    def retweet(self, tweet_id: int) -> Result:
        if not self.authenticated:
            return _not_authenticated("retweeting")
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        done = self.retweets.setdefault(self.username, [])
        if tweet_id in done:
            return {"retweet_status": "Already retweeted"}
        done.append(tweet_id)
        return {"retweet_status": "Successfully retweeted"}

    def comment(self, tweet_id: int, comment_content: str) -> Result:
        if not self.authenticated:
            return _not_authenticated("commenting")
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        self.comments.setdefault(tweet_id, []).append({"username": self.username, "content": comment_content})
        return {"comment_status": "Comment added successfully"}

    def mention(self, tweet_id: int, mentioned_usernames: list[str]) -> Result:
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        self.tweets[tweet_id]["mentions"].extend(mentioned_usernames)
        return {"mention_status": "Users mentioned successfully"}

    def follow_user(self, username_to_follow: str) -> Result:
        if not self.authenticated:
            return _not_authenticated("following")
        if username_to_follow in self.following_list:
            return {"follow_status": False}
        self.following_list.append(username_to_follow)
        return {"follow_status": True}

    def unfollow_user(self, username_to_unfollow: str) -> Result:
        if not self.authenticated:
            return _not_authenticated("unfollowing")
        if username_to_unfollow not in self.following_list:
            return {"unfollow_status": False}
        self.following_list.remove(username_to_unfollow)
        return {"unfollow_status": True}

    def list_all_following(self) -> Result:
        if not self.authenticated:
            return _not_authenticated("listing following")
        return {"following_list": self.following_list}

    def get_tweet(self, tweet_id: int) -> Result:
        return self.tweets[tweet_id] if tweet_id in self.tweets else _not_found(tweet_id)

    def get_user_tweets(self, username: str) -> list[Result]:
        return [tweet for tweet in self.tweets.values() if tweet["username"] == username]

    def search_tweets(self, keyword: str) -> list[Result]:
        return [
            tweet
            for tweet in self.tweets.values()
            if keyword.lower() in tweet["content"].lower() or keyword.lower() in [tag.lower() for tag in tweet["tags"]]
        ]

    def get_tweet_comments(self, tweet_id: int) -> Any:
        if tweet_id not in self.tweets:
            return _not_found(tweet_id)
        return self.comments.get(tweet_id, [])

    def get_user_stats(self, username: str) -> Result:
        return {
            "tweet_count": len(self.get_user_tweets(username)),
            "following_count": len(self.following_list) if username == self.username else 0,
            "retweet_count": len(self.retweets.get(username, [])),
        }


def _not_authenticated(activity: str) -> Result:
    return error(f"User not authenticated. Please authenticate before {activity}.")


def _not_found(tweet_id: Any) -> Result:
    return error(f"Tweet with ID {tweet_id} not found.")
